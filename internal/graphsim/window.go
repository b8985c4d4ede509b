package graphsim

import "time"

// window counts over a time that goes along: an hour, or the five minutes of a
// score. It knows the time in sixty parts.
type window struct {
	part  time.Duration
	parts [60]int
	last  int64
}

func newWindow(length time.Duration) *window { return &window{part: length / 60} }

// sum is what was counted within the window's length.
func (w *window) sum(now time.Duration) (total int) {
	at := int64(now / w.part)
	for ; w.last < at; w.last++ {
		if at-w.last > int64(len(w.parts)) {
			w.last = at - int64(len(w.parts)) // all of it is long ago
		}
		w.parts[(w.last+1)%int64(len(w.parts))] = 0
	}
	for _, n := range w.parts {
		total += n
	}
	return total
}

func (w *window) add(now time.Duration, n int) {
	w.sum(now)
	w.parts[w.last%int64(len(w.parts))] += n
}

// below is how long it takes until the sum is below a limit, if nothing is
// added.
func (w *window) below(now time.Duration, limit int) time.Duration {
	total := w.sum(now)
	left := w.part - now%w.part
	for i := int64(1); total >= limit && i <= int64(len(w.parts)); i++ {
		total -= w.parts[(w.last+i)%int64(len(w.parts))]
		if total < limit {
			return left + time.Duration(i-1)*w.part
		}
	}
	return 0
}
