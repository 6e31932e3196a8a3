-- SPDX-License-Identifier: MIT OR Apache-2.0
-- The Lua sample: the contract by the language and its library. The shim gives `host` to it.
-- Written in what Lua 5.1 and its successors have in common.
local host = ...

local LIVE_EVERY = 16
local REPORTED = 8
local BLOCKS_PER_MIB = 1024
local WORDS = 256

local counter = 0
local entries = {}

function entries.version()
    return _VERSION
end

function entries.callback()
    io.write("Lua callback!\n")
    host.emit("callback", 0)
end

function entries.call(fn, arg)
    local result = host.apply(fn, arg)
    return result
end

local function new_block(word)
    local block = {}
    for i = 1, WORDS do
        block[i] = word
    end
    return block
end

function entries.churn(mib, seed)
    local blocks = mib * BLOCKS_PER_MIB
    local living = {}
    for i = 0, blocks - 1 do
        local block = new_block((seed + i * 2654435761) % 4294967296)
        if i % LIVE_EVERY == 0 then
            living[#living + 1] = block
        end
        if i == blocks / 2 then
            collectgarbage()
        end
    end
    collectgarbage()
    local sum = 0
    for _, block in ipairs(living) do
        for _, word in ipairs(block) do
            sum = sum + word
        end
    end
    for i = 0, math.min(REPORTED, #living) - 1 do
        host.live(living[math.floor(i * #living / REPORTED) + 1])
    end
    return sum
end

local function throw(payload)
    error({ payload = payload })
end

local function risky(payload)
    throw(payload)
    return payload
end

function entries.raise(payload)
    local ok, caught = pcall(risky, payload)
    return not ok and caught.payload or -1 - payload
end

local function recurse(depth)
    return recurse(depth + 1) + 1
end

function entries.overflow()
    local ok, message = pcall(recurse, 0)
    return not ok and message:find("stack overflow") and 0 or 1
end

-- The threads of Lua are coroutines.
function entries.spawn(fn, arg)
    local thread = coroutine.create(function()
        local result = host.apply(fn, arg)
        return result
    end)
    local ok, result = coroutine.resume(thread)
    return ok and result or error(result)
end

-- No tail calls, which leave no trace.
function coexist_depth_3()
    local trace = debug.traceback()
    return trace
end

function coexist_depth_2()
    local trace = coexist_depth_3()
    return trace
end

function coexist_depth_1()
    local trace = coexist_depth_2()
    return trace
end

function entries.backtrace()
    local trace = coexist_depth_1()
    return trace
end

function entries.state()
    counter = counter + 1
    return counter
end

function entries.main()
    print("Main, calling c")
    host.test("lua")
    -- Whoever comes next may write past stdio, and stdout may be a pipe.
    io.stdout:flush()
end

return entries
