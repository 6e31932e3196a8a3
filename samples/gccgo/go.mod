module coexist/samples/gccgo

go 1.18
