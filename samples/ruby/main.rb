# SPDX-License-Identifier: MIT OR Apache-2.0
# The Ruby sample: the contract by the language and its core classes. It is evaluated in a module of
# the library's own, where the shim has defined Host.

LIVE_EVERY = 16
REPORTED = 8
BLOCKS_PER_MIB = 1024
WORDS = 256

@counter = 0
@counting = Mutex.new

def self.version
  RUBY_DESCRIPTION[/\Aruby \S+/]
end

def self.callback
  puts "Ruby callback!"
  Host.emit("callback", 0)
end

# 0 if a module of C that is no part of libruby does its work.
def self.extension
  require "etc"
  Etc.getpwuid(0).uid
end

def self.call(fn, arg)
  Host.apply(fn, arg)
end

def self.churn(mib, seed)
  blocks = mib * BLOCKS_PER_MIB
  living = []
  blocks.times do |i|
    block = Array.new(WORDS, (seed + i * 2654435761) % 2**32)
    living << block if i % LIVE_EVERY == 0
    GC.start if i == blocks / 2
  end
  GC.start
  [REPORTED, living.size].min.times { |i| Host.live(living[i * living.size / REPORTED]) }
  living.sum(&:sum)
end

class Raised < StandardError
  attr_reader :payload

  def initialize(payload)
    super("payload #{payload}")
    @payload = payload
  end
end

def self.throw_error(payload)
  raise Raised.new(payload)
end

def self.risky(payload)
  throw_error(payload)
end

def self.catch_error(payload)
  risky(payload)
rescue Raised => error
  error.payload
end

def self.recurse(depth)
  recurse(depth + 1) + 1
end

def self.overflow
  recurse(0)
rescue SystemStackError
  0
end

def self.spawn(fn, arg)
  Thread.new { Host.apply(fn, arg) }.value
end

def self.spin(n)
  n.times { Thread.new { loop {} } }
  0
end

def self.clock(n)
  last = 0
  n.times { last = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) }
  last
end

def self.coexist_depth_1
  coexist_depth_2
end

def self.coexist_depth_2
  coexist_depth_3
end

def self.coexist_depth_3
  caller(0).join("\n")
end

def self.backtrace
  coexist_depth_1
end

def self.state
  @counting.synchronize { @counter += 1 }
end

def self.main
  puts "Main, calling c"
  # Whoever comes next writes past Ruby's buffer, and stdout may be a pipe.
  $stdout.flush
  Host.test("ruby")
  $stdout.flush
end
