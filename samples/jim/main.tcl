# SPDX-License-Identifier: MIT OR Apache-2.0
# The Jim sample. `emit`, `apply_host` and `test` are the shim's.

set words 256
set blocks_per_mib 1024
set live_every 16
set counter 0

proc version {} {
    return "jim [info version]"
}

proc callback {} {
    puts "Jim callback!"
    emit callback 0
}

proc call {fn arg} {
    return [apply_host $fn $arg]
}

# Jim counts references: a block is gone with its last name. `collect` is for the references that a script made itself.
proc churn {mib seed} {
    global words blocks_per_mib live_every
    set blocks [expr {$mib * $blocks_per_mib}]
    set living {}
    for {set i 0} {$i < $blocks} {incr i} {
        set block [lrepeat $words [expr {($seed + $i * 2654435761) % 4294967296}]]
        if {$i % $live_every == 0} {
            lappend living $block
        }
        if {$i == $blocks / 2} {
            collect
        }
    }
    collect
    set sum 0
    foreach block $living {
        foreach word $block {
            incr sum $word
        }
    }
    return $sum
}

proc throw_error {payload} {
    return -code error -errorcode [list COEXIST $payload] "raised by the Jim sample"
}

proc risky {payload} {
    throw_error $payload
}

proc raise {payload} {
    try {
        risky $payload
    } on error {message options} {
        return [lindex [dict get $options -errorcode] 1]
    }
}

proc descend {level} {
    return [expr {1 + [descend [expr {$level + 1}]]}]
}

proc overflow {} {
    if {[catch {descend 0} message]} {
        return [expr {[string match "*nest*" $message] || [string match "*nfinite*" $message] ? 0 : 1}]
    }
    return 1
}

proc coexist_depth_1 {} {
    return [coexist_depth_2]
}

proc coexist_depth_2 {} {
    return [coexist_depth_3]
}

proc coexist_depth_3 {} {
    return [stackdump [stacktrace]]
}

proc state {} {
    global counter
    return [incr counter]
}

proc main {} {
    puts "Main, calling c"
    test jim
}
