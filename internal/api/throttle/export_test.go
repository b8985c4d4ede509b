package throttle

// Len is how many entries are remembered.
func (l *Throttle) Len() int { return len(l.entries) }
