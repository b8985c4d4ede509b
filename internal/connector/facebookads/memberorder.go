package facebookads

import "slices"

// memberOrder is in which order the members of rows came so far. Graph keeps it from row
// to row and leaves out what is absent, so that a member is nearly always the next
// one and need not be looked up.
type memberOrder struct {
	at   int
	seen []memberSlot
}

type memberSlot struct {
	name  string
	slot  *slot
	known bool
}

// mostSeen bounds the list, should the members of rows come in any order.
const mostSeen = 500

// next gives the slot of the member that comes now.
func (o *memberOrder) next(slots map[string]*slot, name []byte) (s *slot, known bool) {
	for i := o.at; i < len(o.seen); i++ {
		if o.seen[i].name == string(name) {
			o.at = i + 1
			return o.seen[i].slot, o.seen[i].known
		}
	}
	s, known = slots[string(name)]
	if len(o.seen) < mostSeen {
		o.seen = slices.Insert(o.seen, o.at, memberSlot{string(name), s, known})
		o.at++
	}
	return s, known
}
