-- SPDX-License-Identifier: MIT OR Apache-2.0
-- The LuaJIT sample: the contract by the language and its library. The shim gives `host` to it.
-- A Lua number cannot hold 64 bits: such values come and go through cells of the ffi library.
local host = ...
local ffi = require("ffi")

local LIVE_EVERY = 16
local REPORTED = 8
local BLOCKS_PER_MIB = 1024
local WORDS = 256

local counter = 0
local entries = {}

ffi.cdef("typedef struct { int64_t first, second, result; } coexist_cells;")

local function open(cells)
    return ffi.cast("coexist_cells *", cells)
end

function entries.version()
    return jit.version
end

function entries.callback()
    io.write("LuaJIT callback!\n")
    host.emit("callback", 0)
end

-- The cells of a call go to the host's function as they came.
function entries.call(cells)
    host.apply(cells)
end

local function new_block(word)
    local block = ffi.new("uint32_t[?]", WORDS)
    for i = 0, WORDS - 1 do
        block[i] = word
    end
    return block
end

function entries.churn(cells)
    cells = open(cells)
    local blocks = tonumber(cells.first) * BLOCKS_PER_MIB
    local seed = tonumber(cells.second)
    local living = {}
    for i = 0, blocks - 1 do
        local block = new_block((seed + i * 2654435761) % 2 ^ 32)
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
        for i = 0, WORDS - 1 do
            sum = sum + block[i]
        end
    end
    for i = 0, math.min(REPORTED, #living) - 1 do
        local block = living[math.floor(i * #living / REPORTED) + 1]
        host.live(block, ffi.sizeof(block))
    end
    cells.result = sum
end

local function throw(payload)
    error({ payload = payload })
end

local function risky(payload)
    throw(payload)
    return payload
end

function entries.raise(cells)
    cells = open(cells)
    local ok, caught = pcall(risky, cells.first)
    cells.result = not ok and caught.payload or -1
end

local function recurse(depth)
    return recurse(depth + 1) + 1
end

function entries.overflow(cells)
    local ok, message = pcall(recurse, 0)
    open(cells).result = not ok and message:find("stack overflow") and 0 or 1
end

-- The threads of Lua are coroutines.
function entries.spawn(cells)
    local thread = coroutine.create(function()
        host.apply(cells)
    end)
    assert(coroutine.resume(thread))
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

function entries.state(cells)
    counter = counter + 1
    open(cells).result = counter
end

function entries.main()
    print("Main, calling c")
    host.test("luajit")
    -- Whoever comes next may write past stdio, and stdout may be a pipe.
    io.stdout:flush()
end

return entries
