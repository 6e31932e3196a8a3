# SPDX-License-Identifier: MIT OR Apache-2.0
# The Crystal sample's dual flavour: the library as a program.

require "./eager"

lib LibEntry
  fun base = coexist_entry_base : Void*
end

# ARGV is that of the constructor, which got none.
fun sample_program(argc : Int32, argv : UInt8**) : Int32
  status = 0
  arguments = Array.new(argc - 1) { |i| String.new(argv[i + 1]) }
  while argument = arguments.shift?
    case argument
    when "--exit"  then status = arguments.shift.to_i
    when "--where" then puts "loaded at 0x#{LibEntry.base.address.to_s(16)}"
    else                puts "argument: #{argument}"
    end
  end
  status
end
