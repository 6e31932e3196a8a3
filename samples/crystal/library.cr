# SPDX-License-Identifier: MIT OR Apache-2.0
# What the Crystal sample adds to a standard library that was written for programs: threads of the
# host, fibers on them, and stack traces of a file that is not the program's.

lib LibGC
  SUCCESS = 0

  fun allow_register_threads = GC_allow_register_threads
  fun get_stack_base = GC_get_stack_base(base : StackBase*) : Int
  fun register_my_thread = GC_register_my_thread(base : StackBase*) : Int
  fun unregister_my_thread = GC_unregister_my_thread : Int
  fun get_my_stackbottom = GC_get_my_stackbottom(base : StackBase*) : ThreadHandle
  fun set_stackbottom = GC_set_stackbottom(thread : ThreadHandle, base : StackBase*)
end

module GC
  # The standard library's change the main thread's, whichever thread switches fibers.
  def self.current_thread_stack_bottom
    thread = LibGC.get_my_stackbottom(out base)
    {thread, base.mem_base}
  end

  def self.set_stackbottom(stack_bottom : Void*)
    base = LibGC::StackBase.new
    base.mem_base = stack_bottom
    LibGC.set_stackbottom(nil, pointerof(base))
  end
end

class Thread
  # Another client of libgc may have registered the thread, and then it is not ours to forget.
  @[ThreadLocal]
  @@registered_here = false

  def self.enter
    base = uninitialized LibGC::StackBase
    return if LibGC.get_stack_base(pointerof(base)) != LibGC::SUCCESS
    @@registered_here = LibGC.register_my_thread(pointerof(base)) == LibGC::SUCCESS
  end

  def self.leave
    if thread = @@current
      Fiber.inactive(thread.main_fiber)
      threads.delete(thread)
      @@current = nil
    end
    LibGC.unregister_my_thread if @@registered_here
    @@registered_here = false
  end
end

class Process
  def self.executable_path : String?
    String.new(Library.info.dli_fname)
  end
end

struct Exception::CallStack
  protected def self.load_debug_info_impl
    read_dwarf_sections(Library.info.dli_fbase.address)
  end
end

module Library
  def self.info : LibC::DlInfo
    LibC.dladdr(->sample_start(Int32, UInt8**).pointer, out info)
    info
  end
end

fun sample_start(argc : Int32, argv : UInt8**) : Int32
  GC.init
  LibGC.allow_register_threads
  Thread.enter
  Crystal.main_user_code(argc, argv)
  0
end

fun sample_attach : Int32
  Thread.enter
  0
end

fun sample_detach : Int32
  Thread.leave
  0
end
