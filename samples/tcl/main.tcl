# SPDX-License-Identifier: MIT OR Apache-2.0
# The Tcl sample: the contract by the language itself. The shim defines the commands in host.

namespace eval coexist {
    variable live_every 16
    variable reported 8
    variable blocks_per_mib 1024
    variable words 256
    variable counter 0
}

proc coexist::version {} {
    return "Tcl [info patchlevel]"
}

proc coexist::callback {} {
    puts "Tcl callback!"
    host::emit callback 0
}

proc coexist::call {fn arg} {
    return [host::apply $fn $arg]
}

proc coexist::churn {mib seed} {
    variable live_every
    variable reported
    variable words
    variable blocks_per_mib
    set living {}
    for {set i 0} {$i < $mib * $blocks_per_mib} {incr i} {
        set block [lrepeat $words [expr {($seed + $i * 2654435761) % (1 << 32)}]]
        if {$i % $live_every == 0} {
            lappend living $block
        }
    }
    set sum 0
    foreach block $living {
        foreach word $block {
            incr sum $word
        }
    }
    for {set i 0} {$i < min($reported, [llength $living])} {incr i} {
        host::live [lindex $living [expr {$i * [llength $living] / $reported}]]
    }
    return $sum
}

proc coexist::risky {payload} {
    throw [list COEXIST $payload] "payload $payload"
}

proc coexist::outer {payload} {
    risky $payload
    return
}

proc coexist::raise {payload} {
    try {
        outer $payload
    } trap COEXIST {message options} {
        return [lindex [dict get $options -errorcode] 1]
    }
}

proc coexist::recurse {depth} {
    return [expr {[recurse [expr {$depth + 1}]] + 1}]
}

proc coexist::overflow {} {
    set failed [catch {recurse 0} message]
    return [expr {$failed && [string match "too many nested evaluations*" $message] ? 0 : 1}]
}

# Tcl without its package Thread has coroutines only.
proc coexist::spawn {fn arg} {
    return [coroutine spawned host::apply $fn $arg]
}

proc coexist::coexist_depth_1 {} {
    return [coexist_depth_2]
}

proc coexist::coexist_depth_2 {} {
    return [coexist_depth_3]
}

proc coexist::coexist_depth_3 {} {
    set trace {}
    for {set level [info level]} {$level > 0} {incr level -1} {
        lappend trace [info level $level]
    }
    return [join $trace \n]
}

proc coexist::backtrace {} {
    return [coexist_depth_1]
}

proc coexist::state {} {
    variable counter
    return [incr counter]
}

proc coexist::main {} {
    puts "Main, calling c"
    # Whoever comes next writes past Tcl's buffer, and stdout may be a pipe.
    flush stdout
    host::test tcl
    flush stdout
}
