package facebookads

import (
	"math/big"
	"net/url"
	"slices"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// stream is one named thing that Graph is asked for, and how its answer
// becomes columns.
type stream struct {
	name      string
	edge      string // below the account; "" = the account itself
	level     string // of a report
	daily     bool
	filter    string   // the object word whose effective_status is filtered; "" = no filter
	days      int      // of a report: how many days one question spans at most
	limit     int      // rows asked for per page
	always    bool     // small at any span: asked synchronously
	totals    bool     // its days must add up to the account's
	optional  bool     // read only when named
	custom    bool     // a user's own: its actions come with it
	otherwise bool     // a user has chosen other fields than the usual ones
	people    bool     // all its figures are counts of people
	served    int      // months back that Meta serves; 0 = no limit is known
	logs      bool     // by days, and no report
	settles   int      // days after a day until Meta leaves it alone
	summed    []string // the columns that add up to the account's
	fields    []field
	pictures  *connector.Pictures
	table     *table.Schema
	actions   *table.Schema // nil: none, or not wanted
	lists     *table.Schema // nil: none

	// Of a report: over what stretches of days its rows reach, by what they and
	// its actions are cut, and in which attribution windows.
	period                                period
	breakdowns, actionBreakdowns, windows []string
	fleeting                              bool // what counts people goes back uniqueMonths only

	slots    map[string]*slot
	raw      *slot
	currency *slot
	parts    []*slot          // of breakdowns: a row is never without them
	filled   map[string]*slot // of columns that other members fill
	derive   func(*decoder) error
	watched  []string // columns that derive looks at
	remember []string // columns whose text is kept while a row is read; the key first
	day      int      // position of date in remember, or -1
	shared   []share  // what the actions table takes over from its row

	listShared []share // what the table of lists takes over
}

type share struct {
	memo, column int
	part         bool // of a breakdown: never absent, though it may be empty
}

// slot is where a member of Graph's object goes.
type slot struct {
	name, from string // the column's name, and Graph's
	column     int
	memo       int // position in remember, or -1
	how        how
	document   bool // the column keeps JSON as it came
	date       bool // it is a day
	beside     int  // of an asset: the column that keeps its document
}

// how says how a value is taken.
type how uint8

const (
	asValue how = iota
	asMinor
	asNested  // an object of which the id is wanted
	asStop    // date_stop
	asActions // an array that becomes rows
	asPart    // a breakdown's value
	asAsset   // a breakdown's value that is an object
	asFilled  // nothing of Graph's: another member fills it
	asInside  // a text that holds a document
)

// field is a column and where it comes from.
type field struct {
	column table.Column
	from   string // Graph's name where it is another
	how    how
	own    bool // not asked for: we know it ourselves
}

func (f field) graph() string {
	if f.from != "" {
		return f.from
	}
	return f.column.Name
}

// build lays out the slots once all is declared.
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
			memo: slices.Index(s.remember, f.column.Name), document: f.column.Type == table.JSON, date: f.column.Type == table.Date}
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
			delete(s.slots, sl.from) // a member of that name would be a stranger
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

// share says what a table of a row's actions or lists takes over from the row.
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

// asks lists what to ask Graph for.
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

// askable are the names that may be asked for: a breakdown's column comes by
// itself, and asking for it is an error.
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
	p := connector.Stream{Name: s.name, Tables: s.tables(), Daily: s.daily, Months: s.served, Pictures: s.pictures, Definition: s.definition(), Price: s.price()}
	if len(s.summed) > 0 {
		p.Total = &connector.Total{Table: totalTable, Columns: s.summed, Tolerance: tolerance}
	}
	return p
}

// definition is the fingerprint of what a row of a report holds. The usual fields of
// Adtally's own tables are left out: a version that asks for one more does not
// read three years again.
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

// tolerance is half the smallest unit of the account's currency: amounts that
// are equal to the cent agree, whatever digits Meta adds behind it. Counts must
// be equal.
func tolerance(a adtally.Account, column string) *big.Rat {
	if column != "spend" {
		return nil
	}
	digits, known := minorDigits(a.Currency)
	if !known {
		digits = 2 // what most currencies have
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), unit.Mul(unit, big.NewInt(2)))
}

// totalTable holds Meta's own totals by day: one small question for a year.
const totalTable = "basic_account"

// totalColumns must agree at every level, and are what a day is remembered by.
var totalColumns = []string{"spend", "impressions", "clicks"}
