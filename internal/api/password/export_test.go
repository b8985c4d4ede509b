package password

// Hold takes a turn, as somebody does who is hashing.
func (h *Hasher) Hold() (release func()) {
	h.turns <- struct{}{}
	return h.leave
}
