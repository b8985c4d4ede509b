package advertiser

// golden and the constants in mix are those of splitmix64 (Steele, Lea, Flood 2014). It turns
// a counter into well mixed bits with three multiplications. So the figures of any day can
// be computed without those of the days before.
const golden = 0x9e3779b97f4a7c15

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// keyed returns the hash of a seed and a number. The result can be the seed of further hashes.
func keyed(seed, n uint64) uint64 { return mix(seed + (n+1)*golden) }

// bits returns the i-th group of 16 bits of a hash, counted from the lowest.
func bits(h uint64, i uint) int64 { return int64(h >> (16 * i) & 0xffff) }

// below returns a number from 0 to n-1 that depends on a hash.
func below(h uint64, n int) int {
	if n <= 1 {
		return 0
	}
	return int(h % uint64(n))
}

// part returns rate/65536 of n, rounded up or down by chance. If rate and chance are below
// 65536, the result never exceeds n, and it is 0 if n is 0.
func part(n, rate, chance int64) int64 { return (n*rate + chance) >> 16 }

// shareOf returns share/2^20 of n, rounded down. If a is at most b, then shareOf(a) is at most
// shareOf(b). The result never falls as share grows.
func shareOf(n, share int64) int64 { return n * share >> shareBits }

const (
	shareBits = 20
	wholeOf   = 1 << shareBits
)
