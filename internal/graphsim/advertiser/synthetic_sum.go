package advertiser

// people are the metrics that count persons: one person seen by two ads counts
// once for their parent.
func people() [4]Metric {
	return [4]Metric{Reach, UniqueClicks, UniqueInlineLinkClicks, FullViewReach}
}

// sum gathers the figures of an object's children on one day.
type sum struct {
	figures
	largest [4]int64 // child's count of each of people
	any     bool
}

func (s *sum) clear(wantActions bool) {
	s.metrics, s.largest, s.any = [Metrics]int64{}, [4]int64{}, false
	if wantActions {
		s.actions = actionFigures{}
	}
}

func (s *sum) add(f *figures, wantActions bool) {
	s.any = true
	for i, n := range f.metrics {
		s.metrics[i] += n
	}
	for i, m := range people() {
		s.largest[i] = max(s.largest[i], f.metrics[m])
	}
	if wantActions {
		s.actions.add(&f.actions)
	}
}

// settle turns the sums of people into an estimate of how many they are: at
// least those of the largest child, at most all. One overlap for all four keeps
// the clickers among the reached, and each parent above its children.
func (s *sum) settle(seed uint64, day Date) {
	apart := 36000 + bits(keyed(seed, uint64(day)), 0)>>2
	for i, m := range people() {
		s.metrics[m] = s.largest[i] + (s.metrics[m]-s.largest[i])*apart>>16
	}
}

func (f *actionFigures) add(g *actionFigures) {
	for i, n := range g.changes {
		f.changes[i] += n
	}
	f.watched += g.watched
	for e := range g.events {
		for w, n := range g.events[e] {
			f.events[e][w] += n
		}
	}
	for e := range g.values {
		for w, n := range g.values[e] {
			f.values[e][w] += n
		}
	}
}
