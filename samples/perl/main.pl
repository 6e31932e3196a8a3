# SPDX-License-Identifier: MIT OR Apache-2.0
# The Perl sample: the contract by the language itself. The shim defines what is in Host.
package Coexist;
use strict;
use warnings;
no warnings 'recursion';

use constant {
    LIVE_EVERY     => 16,
    REPORTED       => 8,
    BLOCKS_PER_MIB => 1024,
    WORDS          => 256,
};

my $counter = 0;

sub version {
    return sprintf('Perl %vd', $^V);
}

sub callback {
    print "Perl callback!\n";
    Host::emit('callback', 0);
}

# 0 if a module of C that is no part of libperl does its work.
sub extension {
    require List::Util;
    return List::Util::sum(20, 3) - 23;
}

sub call {
    my ($fn, $arg) = @_;
    return Host::apply($fn, $arg);
}

sub new_block {
    my ($word) = @_;
    return [($word) x WORDS];
}

sub churn {
    my ($mib, $seed) = @_;
    my @living;
    for my $i (0 .. $mib * BLOCKS_PER_MIB - 1) {
        my $block = new_block(($seed + $i * 2654435761) % 2**32);
        push @living, $block if $i % LIVE_EVERY == 0;
    }
    my $sum = 0;
    for my $block (@living) {
        $sum += $_ for @$block;
    }
    for (my $i = 0; $i < REPORTED && $i < @living; $i++) {
        Host::live($living[$i * @living / REPORTED]);
    }
    return $sum;
}

sub throw_error {
    my ($payload) = @_;
    die { payload => $payload };
}

sub risky {
    throw_error(@_);
    return;
}

sub raise {
    my ($payload) = @_;
    eval { risky($payload) };
    return $@->{payload};
}

sub trace {
    my $text = '';
    for (my $frame = 0; my (undef, $file, $line, $name) = caller $frame; $frame++) {
        $text .= "$name at $file line $line\n";
    }
    return $text;
}

sub coexist_depth_1 { return coexist_depth_2() }
sub coexist_depth_2 { return coexist_depth_3() }
sub coexist_depth_3 { return trace() }

sub backtrace {
    return coexist_depth_1();
}

sub state {
    return ++$counter;
}

sub main {
    # Whoever comes next writes past Perl's buffer, and stdout may be a pipe.
    local $| = 1;
    print "Main, calling c\n";
    Host::test('perl');
}

1;
