package password

// Hold occupies a slot, as a hash in progress does.
func (h *Hasher) Hold() (release func()) {
	h.turns <- struct{}{}
	return h.leave
}
