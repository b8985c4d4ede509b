package advertiser

// people returns the metrics that count people. They do not add up: a person who sees two ads
// counts once for the ads' parent.
func people() [4]Metric {
	return [4]Metric{Reach, UniqueClicks, UniqueInlineLinkClicks, FullViewReach}
}

// sum sums the figures of an object's children on one day.
type sum struct {
	figures
	largest [4]int64 // the largest child's count, for each metric of people
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

// settle replaces the sums of people by estimates between the largest child's count and the
// sum. All four metrics use the same overlap, so that unique clicks never exceed the reach
// and no child has more people than its parent.
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
