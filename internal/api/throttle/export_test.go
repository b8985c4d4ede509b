package throttle

// Len is the number of entries.
func (l *Throttle) Len() int { return len(l.entries) }
