package patience

// Len is how many entries are remembered.
func (l *Ledger) Len() int { return len(l.entries) }
