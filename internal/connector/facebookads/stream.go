package facebookads

import (
	"math/big"
	"net/url"
	"slices"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// stream is one set of data that Graph serves, and how its answers become columns.
type stream struct {
	name      string
	edge      string // below the account; "" = the account itself
	level     string // of a report
	daily     bool
	filter    string   // the object whose effective_status is filtered; "" = no filter
	days      int      // of a report: the most days per request
	limit     int      // rows requested per page
	always    bool     // small for any range: requested synchronously
	totals    bool     // its days must add up to the account's
	optional  bool     // read only when named
	custom    bool     // defined by a user: its actions are always read
	otherwise bool     // a user has changed its fields
	people    bool     // all its figures are unique counts
	served    int      // months back that Meta serves; 0 = no known limit
	logs      bool     // daily, but not a report
	settles   int      // days until Meta no longer changes a day
	summed    []string // the columns that add up to the account's
	fields    []field
	pictures  *connector.Pictures
	table     *table.Schema
	actions   *table.Schema // nil = none, or not requested
	lists     *table.Schema // nil = none

	// Of a report: the period of its rows, the breakdowns of its rows and actions, and
	// the attribution windows.
	period                                period
	breakdowns, actionBreakdowns, windows []string
	fleeting                              bool // its unique counts go back uniqueMonths only

	slots    map[string]*slot
	raw      *slot
	currency *slot
	parts    []*slot          // of breakdowns: always set in a row
	filled   map[string]*slot // columns that are filled from other members
	derive   func(*decoder) error
	watched  []string // columns that derive reads
	remember []string // columns whose text is kept while a row is read; the key first
	day      int      // index of date in remember, or -1
	shared   []share  // the columns that the actions table copies from its row

	listShared []share // the columns that the lists table copies
}

type share struct {
	memo, column int
	part         bool // of a breakdown: never absent, but may be empty
}

// slot is the destination of a member of Graph's objects.
type slot struct {
	name, from string // the column's name, and Graph's
	column     int
	memo       int // index in remember, or -1
	how        how
	document   bool // the column stores JSON unchanged
	date       bool // a day
	id         bool // an object's ID
	beside     int  // of an asset: the column for its document
}

// how tells how a value is decoded.
type how uint8

const (
	asValue how = iota
	asMinor
	asNested  // an object; its ID is used
	asStop    // date_stop
	asActions // an array that becomes rows
	asPart    // a breakdown's value
	asAsset   // a breakdown's value that is an object
	asFilled  // filled from another member
	asInside  // a string that holds a JSON document
)

// field is a column and its source.
type field struct {
	column table.Column
	from   string // Graph's name, if it differs
	how    how
	own    bool // not requested: the account or Adtally provides it
}

func (f field) graph() string {
	if f.from != "" {
		return f.from
	}
	return f.column.Name
}

// copied returns a stream whose fields and tables can be changed without changing those of s.
func (s *stream) copied() *stream {
	c := *s
	c.fields = slices.Clone(s.fields)
	c.table, c.actions, c.lists = copiedTable(s.table), copiedTable(s.actions), copiedTable(s.lists)
	return &c
}

func copiedTable(s *table.Schema) *table.Schema {
	if s == nil {
		return nil
	}
	c := *s
	c.Columns, c.Key = slices.Clip(s.Columns), slices.Clip(s.Key) // appending copies them
	return &c
}

// build assigns the slots once all fields are declared.
func (s *stream) build() *stream {
	s.slots = map[string]*slot{}
	s.remember, s.shared, s.listShared, s.parts = slices.Clone(s.table.Key), nil, nil, nil
	if s.actions != nil {
		s.shared = s.share(s.actions)
	}
	if s.lists != nil {
		s.listShared = s.share(s.lists)
	}
	for _, name := range s.watched {
		if !slices.Contains(s.remember, name) {
			s.remember = append(s.remember, name)
		}
	}
	s.filled = map[string]*slot{}
	s.day = slices.Index(s.remember, table.DayColumn)
	for i, f := range s.fields {
		sl := &slot{name: f.column.Name, from: f.graph(), column: i, how: f.how,
			memo: slices.Index(s.remember, f.column.Name), document: f.column.Type == table.JSON, date: f.column.Type == table.Date, id: f.column.Unit == table.ID && f.how != asPart && f.how != asAsset}
		if f.how == asFilled {
			s.filled[sl.name] = sl
			continue
		}
		s.slots[sl.from] = sl
		if f.how == asPart || f.how == asAsset {
			sl.beside = s.table.Index(sl.from)
			s.parts = append(s.parts, sl)
		}
		switch f.column.Name {
		case "raw":
			s.raw = sl
			delete(s.slots, sl.from) // a member of that name is unexpected
		case "currency":
			s.currency = sl
		}
	}
	if s.period.single() && s.level != "" {
		s.slots["date_stop"] = &slot{name: "date_stop", from: "date_stop", column: -1, memo: -1, how: asStop, date: true}
	}
	if s.level != "" {
		for _, name := range actionFieldNames {
			s.slots[name] = &slot{name: name, from: name, column: -1, memo: -1, how: asActions}
		}
	}
	return s
}

// share returns the columns that a table of actions or lists copies from its row.
func (s *stream) share(with *table.Schema) (list []share) {
	for i, c := range with.Columns {
		own := slices.ContainsFunc(s.table.Columns, func(o table.Column) bool { return o.Name == c.Name })
		if !own || c.Name == "raw" {
			continue
		}
		if !slices.Contains(s.remember, c.Name) {
			s.remember = append(s.remember, c.Name)
		}
		part := slices.ContainsFunc(s.fields, func(f field) bool { return f.column.Name == c.Name && (f.how == asPart || f.how == asAsset) })
		list = append(list, share{slices.Index(s.remember, c.Name), i, part})
	}
	return list
}

// asks lists the fields to request.
func (s *stream) asks() (names []string) {
	for _, f := range s.fields {
		if !f.own {
			names = append(names, f.graph())
		}
	}
	if s.actions != nil {
		names = append(names, actionFieldNames...)
	}
	return names
}

// askable removes the names that must not be requested: Meta returns a breakdown's
// column anyway, and requesting it is an error.
func (s *stream) askable(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return slices.ContainsFunc(s.fields, func(f field) bool { return f.own && f.graph() == n })
	})
}

func (s *stream) tables() []*table.Schema {
	list := []*table.Schema{s.table}
	for _, more := range []*table.Schema{s.actions, s.lists} {
		if more != nil {
			list = append(list, more)
		}
	}
	return list
}

func (s *stream) public() connector.Stream {
	p := connector.Stream{Name: s.name, Tables: s.tables(), Daily: s.daily, Months: s.served, Pictures: s.pictures, Definition: s.definition(), Price: s.price(), Group: s.group()}
	if s.custom {
		l, _ := levelOf(s.level) // it exists: the report was checked
		p.Like = "basic_" + l.name
	}
	if s.logs {
		p.Again = s.settles
	}
	if len(s.summed) > 0 {
		p.Total = &connector.Total{Table: totalTable, Columns: s.summed, Tolerance: tolerance}
	}
	return p
}

// group says what the stream's tables are for.
func (s *stream) group() adtally.TableGroup {
	switch {
	case s.custom:
		return adtally.ReportTables
	case s.level != "":
		return adtally.FigureTables
	case s.table.History:
		return adtally.ObjectTables
	}
	return adtally.OtherTables
}

// definition returns the fingerprint of a report's columns. It ignores the default
// fields of Adtally's own tables, so that a release with one more field does not read
// three years of data again.
func (s *stream) definition() string {
	if s.level == "" {
		return ""
	}
	v := url.Values{"level": {s.level}, "increment": {s.period.increment()}, "breakdowns": s.breakdowns, "statuses": statuses[s.filter],
		"action_breakdowns": s.actionBreakdowns, "windows": s.windows}
	switch {
	case s.custom:
		v["fields"] = s.asks()
	case s.otherwise:
		v["fields"] = slices.Sorted(slices.Values(s.chosen()))
	}
	return hashed(v.Encode())
}

// tolerance returns half the smallest unit of the account's currency: Meta may add
// digits after the minor unit. Counts must be equal.
func tolerance(a adtally.Account, column string) *big.Rat {
	if column != "spend" {
		return nil
	}
	digits, known := minorDigits(a.Currency)
	if !known {
		digits = 2 // most currencies have two
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), unit.Mul(unit, big.NewInt(2)))
}

// totalTable holds Meta's own daily totals; one small request covers a year.
const totalTable = "basic_account"

// totalColumns must agree at every level. They also serve to compare a day with an
// earlier read.
var totalColumns = []string{"spend", "impressions", "clicks"}
