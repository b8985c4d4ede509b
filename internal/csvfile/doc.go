// Package csvfile reads CSV files as people export them.
//
// It guesses the encoding, the delimiter, the header, the decimal sign and the formats of
// dates, and says why. It reads streams in bounded memory and does not know what the
// columns mean. Its one rule: what can be read in two ways is not decided here, but asked.
package csvfile
