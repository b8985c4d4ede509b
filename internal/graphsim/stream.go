package graphsim

import (
	"container/list"
	"iter"
	"math"
	"net/url"
	"strconv"
	"sync"
)

// streams keeps reports open at their clients' positions, so that a page costs only its own rows.
type streams struct {
	mu   sync.Mutex
	open map[string]*list.Element
	last *list.List // most recently used first
}

// mostOpen is the maximum number of open reports. Another report has to start from its first row.
const mostOpen = 64

// stream is a report that is being read.
type stream struct {
	name   string
	report *report

	mu      sync.Mutex
	columns []column
	next    func() (line, bool)
	stop    func()
	at      int  // rows read so far
	pending line // the row at position at, if more is true
	more    bool
	page    kept
}

// kept is the last page, for a client that asks for it again.
type kept struct {
	from, limit, rows int
	more              bool
	body              []byte
}

func newStreams() *streams { return &streams{open: map[string]*list.Element{}, last: list.New()} }

// page writes a page of a report. Its cursors are base64 row numbers.
func (s *streams) page(name string, r *report, params url.Values, address func(url.Values) string, job bool) ([]byte, *refusal) {
	limit, refused := limitOf(params)
	if refused != nil {
		return nil, refused
	}
	from, rows, refused := rowsAsked(params, limit)
	if refused != nil {
		return nil, refused
	}
	st := s.take(name, r, from > 0 || job)
	st.mu.Lock()
	defer st.mu.Unlock()
	k := st.read(from, rows)
	if k.rows == 0 && from > 0 { // [quoted: 2642_invalid_cursors]
		return nil, deadCursor()
	}
	if k.rows == 0 && (!job || k.more) {
		return []byte(`{"data":[]}`), nil
	}
	b := append([]byte(`{"data":[`), k.body...)
	b = append(b, ']')
	p := paging{before: encodeCursor(strconv.Itoa(from)), after: encodeCursor(strconv.Itoa(from + k.rows - 1)), limit: limit, address: address}
	return append(p.append(b, from > 0, k.more), '}'), nil
}

// rowsAsked returns the first row and the number of rows.
func rowsAsked(params url.Values, limit int) (from, rows int, refused *refusal) {
	index := func(name string) (int, bool) {
		text, isCursor := decodeCursor(params.Get(name))
		n, err := strconv.Atoi(text)
		return n, isCursor && err == nil && n >= -1 && n < math.MaxInt
	}
	switch {
	case params.Get("after") != "":
		n, isRow := index("after")
		if !isRow {
			return 0, 0, deadCursor()
		}
		return n + 1, limit, nil
	case params.Get("before") != "":
		n, isRow := index("before")
		if !isRow {
			return 0, 0, deadCursor()
		}
		from = max(n-limit, 0)
		return from, max(n, 0) - from, nil
	}
	return 0, limit, nil
}

// take returns the stream of a report. A GET always recomputes the first page; later pages
// use the same figures.
func (s *streams) take(name string, r *report, goOn bool) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.open[name]; e != nil {
		if goOn {
			s.last.MoveToFront(e)
			return e.Value.(*stream)
		}
		s.close(e)
	}
	st := &stream{name: name, report: r, columns: r.columns(), page: kept{from: -1}}
	s.open[name] = s.last.PushFront(st)
	if s.last.Len() > mostOpen {
		s.close(s.last.Back())
	}
	return st
}

func (s *streams) close(e *list.Element) {
	st := e.Value.(*stream)
	delete(s.open, st.name)
	s.last.Remove(e)
	go func() { // a client that is reading it may finish its page
		st.mu.Lock()
		defer st.mu.Unlock()
		st.end()
	}()
}

func (s *streams) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.last.Len() > 0 {
		s.close(s.last.Front())
	}
}

func (st *stream) end() {
	if st.stop != nil {
		st.stop()
		st.next, st.stop = nil, nil
	}
}

func (st *stream) read(from, limit int) kept {
	if st.page.from == from && st.page.limit == limit {
		return st.page
	}
	if st.next == nil || from < st.at {
		st.begin()
	}
	for st.more && st.at < from {
		st.step()
	}
	k := kept{from: from, limit: limit, body: make([]byte, 0, cap(st.page.body))}
	for ; st.more && k.rows < limit; k.rows++ {
		k.body = appendLine(separated(k.body, k.rows), st.columns, st.pending)
		st.step()
	}
	k.more = st.more
	st.page = k
	return k
}

func (st *stream) begin() {
	st.end()
	st.next, st.stop = iter.Pull(st.report.lines())
	st.at = -1
	st.step()
}

func (st *stream) step() {
	st.pending, st.more = st.next()
	st.at++
}
