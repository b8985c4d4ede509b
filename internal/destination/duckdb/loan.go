package duckdb

import (
	"database/sql/driver"
	"strconv"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	ddb "github.com/duckdb/duckdb-go/v2"
)

// arrowView is a view in the in-memory DuckDB that is reused for one set of rows after another.
// DuckDB never frees a view's column metadata (duckdb_arrow_scan in 1.5.6: 70 kB for a
// hundred columns), so one view per load leaked 100 MB after 500 small ad accounts.
type arrowView struct {
	view   string
	rows   *swapReader
	forget func()
}

// viewPool is a pool of such views, by their columns.
type viewPool struct {
	sync.Mutex
	free map[string][]*arrowView
	all  []*arrowView
}

// take returns an unused view with the given columns.
func (l *viewPool) take(conn driver.Conn, columns *arrow.Schema) (*arrowView, error) {
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
	made := &arrowView{view: "loan_" + strconv.Itoa(len(l.all)), rows: &swapReader{columns: columns}}
	if made.forget, err = a.RegisterView(made.rows, made.view); err != nil {
		return nil, err
	}
	l.all = append(l.all, made)
	return made, nil
}

// giveBack detaches the rows from a view and returns it to the pool.
func (l *viewPool) giveBack(one *arrowView) {
	one.rows.now = nil
	l.Lock()
	defer l.Unlock()
	if l.free == nil {
		l.free = map[string][]*arrowView{}
	}
	key := one.rows.columns.Fingerprint()
	l.free[key] = append(l.free[key], one)
}

// end drops all views. Nobody may be reading from them.
func (l *viewPool) end() {
	for _, one := range l.all {
		one.forget()
	}
	l.all, l.free = nil, nil
}

// swapReader is a record reader whose rows can be exchanged.
type swapReader struct {
	columns *arrow.Schema
	now     array.RecordReader // nil if there are no rows
}

func (*swapReader) Retain()  {}
func (*swapReader) Release() {}

func (p *swapReader) Schema() *arrow.Schema          { return p.columns }
func (p *swapReader) Next() bool                     { return p.now != nil && p.now.Next() }
func (p *swapReader) RecordBatch() arrow.RecordBatch { return p.now.RecordBatch() }

// Record is the former name of RecordBatch in Arrow's interface.
func (p *swapReader) Record() arrow.RecordBatch { return p.RecordBatch() }

func (p *swapReader) Err() error {
	if p.now == nil {
		return nil
	}
	return p.now.Err()
}
