module coexist/samples/go

go 1.21
