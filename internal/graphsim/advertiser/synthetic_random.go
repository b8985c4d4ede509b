package advertiser

// Constants of splitmix64 (Steele, Lea, Flood 2014): it turns a counter into
// well mixed bits in three multiplications, so that any day of any ad can be
// asked for without those before it.
const golden = 0x9e3779b97f4a7c15

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keyed is the hash of a place: a seed and one number below it.
func keyed(seed, n uint64) uint64 { return mix(seed + (n+1)*golden) }

// bits is the i-th 16 bits of a hash.
func bits(h uint64, i uint) int64 { return int64(h >> (16 * i) & 0xffff) }

// below is a number from 0 to n-1 taken from a hash.
func below(h uint64, n int) int {
	if n <= 1 {
		return 0
	}
	return int(h % uint64(n))
}

// part is rate/65536 of n, rounded up or down by chance: with rate and chance
// below 65536 it never exceeds n, and it is 0 where n is 0.
func part(n, rate, chance int64) int64 { return (n*rate + chance) >> 16 }

// shareOf is share/2^20 of n, rounded down: what is a part of another count
// stays one, and it never falls as share grows.
func shareOf(n, share int64) int64 { return n * share >> shareBits }

const (
	shareBits = 20
	wholeOf   = 1 << shareBits
)
