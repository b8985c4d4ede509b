package graphsim

import "time"

// window counts over a sliding period: an hour, or the five minutes of a score. It has a
// resolution of a sixtieth.
type window struct {
	part  time.Duration
	parts [60]int
	last  int64
}

func newWindow(length time.Duration) *window { return &window{part: length / 60} }

// sum returns the count within the window.
func (w *window) sum(now time.Duration) (total int) {
	at := int64(now / w.part)
	for ; w.last < at; w.last++ {
		if at-w.last > int64(len(w.parts)) {
			w.last = at - int64(len(w.parts)) // everything is older than the window
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

// below returns how long it takes until the sum is below a limit if nothing is added.
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
