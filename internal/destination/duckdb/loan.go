package duckdb

import (
	"database/sql/driver"
	"strconv"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	ddb "github.com/duckdb/duckdb-go/v2"
)

// loan is a view of the DuckDB in memory that stays, and the rows that it shows
// for now. DuckDB never frees what a view over Arrow rows told it of their columns
// (duckdb_arrow_scan of 1.5.6: 70 kB for a hundred columns), so that a view for
// each load took 100 MB after 500 small ad accounts.
type loan struct {
	view   string
	rows   *passing
	forget func()
}

// loans are the views of a DuckDB in memory, by the columns that they have.
type loans struct {
	sync.Mutex
	free map[string][]*loan
	all  []*loan
}

// take gives a view with the columns of some rows that nobody uses.
func (l *loans) take(conn driver.Conn, columns *arrow.Schema) (*loan, error) {
	l.Lock()
	defer l.Unlock()
	key := columns.Fingerprint()
	if free := l.free[key]; len(free) > 0 {
		l.free[key] = free[:len(free)-1]
		return free[len(free)-1], nil
	}
	a, err := ddb.NewArrowFromConn(conn)
	if err != nil {
		return nil, err
	}
	made := &loan{view: "loan_" + strconv.Itoa(len(l.all)), rows: &passing{columns: columns}}
	if made.forget, err = a.RegisterView(made.rows, made.view); err != nil {
		return nil, err
	}
	l.all = append(l.all, made)
	return made, nil
}

// giveBack takes the rows out of a view, so that it can show others.
func (l *loans) giveBack(one *loan) {
	one.rows.now = nil
	l.Lock()
	defer l.Unlock()
	if l.free == nil {
		l.free = map[string][]*loan{}
	}
	key := one.rows.columns.Fingerprint()
	l.free[key] = append(l.free[key], one)
}

// end lets go of all views, of which nobody may be reading any more.
func (l *loans) end() {
	for _, one := range l.all {
		one.forget()
	}
	l.all, l.free = nil, nil
}

// passing are rows that pass through a view, other ones each time.
type passing struct {
	columns *arrow.Schema
	now     array.RecordReader // nil = none
}

func (*passing) Retain()  {}
func (*passing) Release() {}

func (p *passing) Schema() *arrow.Schema          { return p.columns }
func (p *passing) Next() bool                     { return p.now != nil && p.now.Next() }
func (p *passing) RecordBatch() arrow.RecordBatch { return p.now.RecordBatch() }

// Record is what Arrow called it before.
func (p *passing) Record() arrow.RecordBatch { return p.RecordBatch() }

func (p *passing) Err() error {
	if p.now == nil {
		return nil
	}
	return p.now.Err()
}
