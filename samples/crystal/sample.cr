# SPDX-License-Identifier: MIT OR Apache-2.0
# The Crystal sample: the contract by the language and its standard library.

require "./library"

lib LibShim
  fun emit = sample_emit(what : UInt8*, value : Int64)
  fun live = sample_live(block : Void*, size : LibC::SizeT)
  fun apply = sample_apply(fn : Void*, arg : Void*) : Int64
end

module Sample
  WORDS          =  256
  BLOCKS_PER_MIB = 1024
  LIVE_EVERY     =   16
  REPORTED       =    8

  @@counter = 0_i64

  def self.callback
    puts "Crystal callback!"
    LibShim.emit "callback", 0
  end

  def self.churn(mib : UInt32, seed : UInt32) : UInt64
    blocks = mib.to_i * BLOCKS_PER_MIB
    living = [] of Slice(UInt32)
    blocks.times do |i|
      block = Slice(UInt32).new(WORDS, seed &+ i.to_u32 &* 2654435761_u32)
      living << block if i % LIVE_EVERY == 0
      GC.collect if i == blocks // 2
    end
    GC.collect
    sum = living.sum(0_u64) { |block| block.sum(0_u64) }
    Math.min(REPORTED, living.size).times do |i|
      block = living[i * living.size // REPORTED].to_slice
      LibShim.live block.to_unsafe.as(Void*), block.bytesize
    end
    sum
  end

  class Raised < Exception
    getter payload : Int64

    def initialize(@payload)
      super("payload #{@payload}")
    end
  end

  def self.throw(payload : Int64)
    raise Raised.new(payload)
  end

  def self.risky(payload : Int64) : Int64
    throw payload
    ~payload
  end

  def self.catch(payload : Int64) : Int64
    risky payload
  rescue error : Raised
    error.payload
  end

  def self.spawn_and_join(fn : Void*, arg : Void*) : Int64
    results = Channel(Int64).new
    spawn { results.send LibShim.apply(fn, arg) }
    results.receive
  end

  # Fibers run only when the caller waits.
  def self.spin(n : UInt32)
    n.times do
      Thread.new do
        i = 0
        loop { i = (i + 1) % 1000 }
      end
    end
  end

  def self.clock(n : UInt32) : Int64
    last = 0_i64
    n.times { last = Time.monotonic.total_nanoseconds.to_i64 }
    last
  end

  @[NoInline]
  def self.coexist_depth_1 : String
    coexist_depth_2
  end

  @[NoInline]
  def self.coexist_depth_2 : String
    coexist_depth_3
  end

  @[NoInline]
  def self.coexist_depth_3 : String
    caller.join('\n')
  end

  def self.state : Int64
    @@counter += 1
  end
end

fun sample_version : UInt8*
  Crystal::VERSION.to_unsafe
end

fun sample_stop : Int32
  Crystal.exit(0, nil)
end

fun sample_callback
  Sample.callback
end

fun sample_call(fn : Void*, arg : Void*) : Int64
  LibShim.apply(fn, arg)
end

fun sample_churn(mib : UInt32, seed : UInt32, sum : UInt64*) : Int32
  sum.value = Sample.churn(mib, seed)
  0
end

fun sample_raise(payload : Int64) : Int64
  Sample.catch(payload)
end

fun sample_spawn(fn : Void*, arg : Void*) : Int64
  Sample.spawn_and_join(fn, arg)
end

fun sample_spin(n : UInt32) : Int32
  Sample.spin(n)
  0
end

fun sample_clock(n : UInt32) : Int64
  Sample.clock(n)
end

fun sample_backtrace(buf : UInt8*, len : LibC::SizeT) : LibC::SizeT
  text = Sample.coexist_depth_1.to_slice
  text = text[0, Math.min(text.size, len - 1)]
  text.copy_to(buf, text.size)
  buf[text.size] = 0
  LibC::SizeT.new(text.size)
end

fun sample_state : Int64
  Sample.state
end
