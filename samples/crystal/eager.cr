# SPDX-License-Identifier: MIT OR Apache-2.0
# The Crystal sample's eager flavour: a program's main is what stands outermost.

require "./sample"

lib LibTest
  fun test = coexist_test(name : UInt8*, back : ->)
end

puts "Main, calling c"
LibTest.test "crystal", ->sample_callback
