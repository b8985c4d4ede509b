package duckdb

import (
	"database/sql/driver"
	"strconv"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	ddb "github.com/duckdb/duckdb-go/v2"
)

// loan is a view in the in-memory DuckDB that is reused for one set of rows after another.
// DuckDB never frees a view's column metadata (duckdb_arrow_scan in 1.5.6: 70 kB for a
// hundred columns), so one view per load leaked 100 MB after 500 small ad accounts.
type loan struct {
	view   string
	rows   *passing
	forget func()
}

// loans is a pool of such views, by their columns.
type loans struct {
	sync.Mutex
	free map[string][]*loan
	all  []*loan
}

// take returns an unused view with the given columns.
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

// giveBack detaches the rows from a view and returns it to the pool.
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

// end drops all views. Nobody may be reading from them.
func (l *loans) end() {
	for _, one := range l.all {
		one.forget()
	}
	l.all, l.free = nil, nil
}

// passing is a record reader whose rows can be exchanged.
type passing struct {
	columns *arrow.Schema
	now     array.RecordReader // nil if there are no rows
}

func (*passing) Retain()  {}
func (*passing) Release() {}

func (p *passing) Schema() *arrow.Schema          { return p.columns }
func (p *passing) Next() bool                     { return p.now != nil && p.now.Next() }
func (p *passing) RecordBatch() arrow.RecordBatch { return p.now.RecordBatch() }

// Record is the former name of RecordBatch in Arrow's interface.
func (p *passing) Record() arrow.RecordBatch { return p.RecordBatch() }

func (p *passing) Err() error {
	if p.now == nil {
		return nil
	}
	return p.now.Err()
}
