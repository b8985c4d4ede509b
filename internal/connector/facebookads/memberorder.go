package facebookads

import "slices"

// memberOrder remembers the order in which the members of earlier rows came. Graph
// uses the same order in every row and omits absent members, so the next member nearly
// always needs no map lookup.
type memberOrder struct {
	at   int
	seen []memberSlot
}

type memberSlot struct {
	name  string
	slot  *slot
	known bool
}

// maxRemembered limits the list in case members come in changing order.
const maxRemembered = 500

// next returns the slot of a member.
func (o *memberOrder) next(slots map[string]*slot, name []byte) (s *slot, known bool) {
	for i := o.at; i < len(o.seen); i++ {
		if o.seen[i].name == string(name) {
			o.at = i + 1
			return o.seen[i].slot, o.seen[i].known
		}
	}
	s, known = slots[string(name)]
	if len(o.seen) < maxRemembered {
		o.seen = slices.Insert(o.seen, o.at, memberSlot{string(name), s, known})
		o.at++
	}
	return s, known
}
