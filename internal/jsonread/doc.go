// Package jsonread reads the JSON that ad platforms send. Every value of a sync goes through it:
// with jsontext's Decoder, decoding a page took 1.4 times the CPU time (BenchmarkDecode_Figures in
// internal/connector/facebookads).
//
// It knows nothing about platforms, and it does not convert values: it says where they are.
//
// Its rule: it accepts what jsontext accepts, after characters that JSON forbids were replaced
// (FuzzReader).
package jsonread
