package api

import (
	"time"

	"adtally"
)

// DataFile is an uploaded file or a mapped table of the warehouse.
type DataFile struct {
	ID       string           `json:"id" doc:"ID of the file"`
	Name     string           `json:"name" doc:"Name for people; unique"`
	Kind     adtally.FileKind `json:"kind" enum:"customers,orders,refunds,spend,budgets,rates" doc:"What the rows are"`
	Table    string           `json:"table,omitempty" doc:"Mapped table or view of the warehouse; absent for files"`
	Size     int64            `json:"size" doc:"Bytes of the file"`
	Uploaded time.Time        `json:"uploaded" doc:"When it was uploaded or mapped"`
	By       string           `json:"uploaded_by" doc:"Who uploaded it, as kind:id"`
	ByName   string           `json:"uploaded_by_name,omitempty" doc:"Current name of that person; absent = unknown"`
	Rows     int64            `json:"rows" doc:"Rows in the file, without the header"`
	Columns  []string         `json:"columns" nullable:"false" doc:"Names of the columns"`
	Reasons  []string         `json:"reasons" nullable:"false" doc:"Why the file is read as it is"`
	Problems []FileProblem    `json:"problems" nullable:"false" doc:"What only a person can decide or fix"`
	Preview  []FileRow        `json:"preview" nullable:"false" doc:"The first rows; empty in lists"`
	Readings []FileReading    `json:"readings" nullable:"false" doc:"The same rows as the mapping reads them; empty in lists"`
	Mapping  FileMapping      `json:"mapping" doc:"Which column or value is which field"`
	Blocked  *FileProblem     `json:"blocked,omitempty" doc:"Why it cannot be loaded yet; absent = it can"`
	Result   *FileResult      `json:"result,omitempty" doc:"Result of the last load; absent = not loaded"`
}

// FileProblem is something that a person must decide or fix.
type FileProblem struct {
	Column  string `json:"column,omitempty" doc:"Column of the file; absent = the file itself"`
	Message string `json:"message" doc:"What is wrong"`
	Hint    string `json:"hint" doc:"How to fix it"`
}

// FileRow is a row of a file.
type FileRow struct {
	Line  int64    `json:"line" doc:"Line of the file on which it begins"`
	Cells []string `json:"cells" nullable:"false" doc:"Its cells"`
}

// FileReading is a row of a file as its mapping reads it.
type FileReading struct {
	Line     int64             `json:"line" doc:"Line of the file on which it begins"`
	Values   map[string]string `json:"values" nullable:"false" doc:"Value of each field, and of each currency in a file with one column for each; absent values are not listed"`
	Skipped  bool              `json:"skipped,omitempty" doc:"Whether it is a total, or continues the line before"`
	Problems []FileError       `json:"problems" nullable:"false" doc:"Why the line would be refused"`
}

// FileMapping says how a file is read.
type FileMapping struct {
	Columns   map[string]string `json:"columns" nullable:"false" doc:"Column of each field"`
	Constants map[string]string `json:"constants" nullable:"false" doc:"Value of fields that are the same in all rows; dates as 2026-01-31, numbers with a point"`
	Zone      string            `json:"zone" doc:"IANA time zone of times that name none" example:"Europe/Berlin"`
	Negative  bool              `json:"negative_refunds" doc:"Whether orders with a negative amount are refunds"`
	Through   *adtally.Day      `json:"complete_through,omitempty" doc:"Last day for which the file is complete; absent = the last day in it"`
	Encoding  string            `json:"encoding" doc:"Encoding of the file; empty for tables"`
	Delimiter string            `json:"delimiter" doc:"Character between cells; empty for tables"`
	Header    int64             `json:"header" doc:"Line with the names of the columns; -1 = none"`
	Decimal   string            `json:"decimal" doc:"Decimal sign; empty = not decided"`
	Dates     map[string]string `json:"dates" nullable:"false" doc:"Date format by column, for example DD.MM.YYYY"`
}

// FileMappingChoice is what a person chooses about a mapping.
type FileMappingChoice struct {
	Columns   *map[string]string `json:"columns,omitempty" doc:"Column of each field"`
	Constants *map[string]string `json:"constants,omitempty" doc:"Value of fields that are the same in all rows; dates as 2026-01-31, numbers with a point"`
	Zone      *string            `json:"zone,omitempty" maxLength:"100" doc:"IANA time zone of times that name none" example:"Europe/Berlin"`
	Negative  *bool              `json:"negative_refunds,omitempty" doc:"Whether orders with a negative amount are refunds"`
	Through   *adtally.Day       `json:"complete_through,omitempty" doc:"Last day for which the file is complete"`
	Encoding  *string            `json:"encoding,omitempty" enum:"utf-8,utf-16le,utf-16be,windows-1252" doc:"Encoding of the file"`
	Delimiter *string            `json:"delimiter,omitempty" maxLength:"4" doc:"Character between cells"`
	Header    *int64             `json:"header,omitempty" minimum:"-1" doc:"Line with the names of the columns; -1 = none, 0 = find it"`
	Decimal   *string            `json:"decimal,omitempty" pattern:"^[.,]$" doc:"Decimal sign: a point or a comma"`
	Dates     *map[string]string `json:"dates,omitempty" doc:"Date format by column, for example DD.MM.YYYY"`
}

func (c FileMappingChoice) into(m *adtally.FileMapping) {
	set(&m.Columns, c.Columns)
	set(&m.Constants, c.Constants)
	set(&m.Zone, c.Zone)
	set(&m.NegativeRefunds, c.Negative)
	if c.Through != nil {
		m.Through = c.Through
	}
	set(&m.Format.Encoding, c.Encoding)
	set(&m.Format.Delimiter, c.Delimiter)
	set(&m.Format.Header, c.Header)
	set(&m.Format.Decimal, c.Decimal)
	set(&m.Format.Dates, c.Dates)
}

// FileResult is the result of loading a file.
type FileResult struct {
	At      time.Time    `json:"at" doc:"When it was loaded"`
	Rows    int64        `json:"rows" doc:"Rows in the warehouse"`
	Refused int64        `json:"refused" doc:"Lines that were refused"`
	Summary int64        `json:"summary" doc:"Lines that are totals, or continue another line"`
	Twice   int64        `json:"twice" doc:"Lines that were left out because their ID is in the file twice"`
	Keys    []string     `json:"twice_keys" nullable:"false" doc:"The first of these IDs"`
	Errors  []FileError  `json:"errors" nullable:"false" doc:"The first refused lines"`
	From    *adtally.Day `json:"from,omitempty" doc:"First day of the data"`
	Through *adtally.Day `json:"through,omitempty" doc:"Last day of the data"`
	Problem string       `json:"problem,omitempty" doc:"Why a mapped table could not be loaded again; its rows are those of the last load"`
}

// FileError is a line that was refused.
type FileError struct {
	Line   int64  `json:"line" doc:"Line of the file"`
	Column string `json:"column" doc:"Column; empty = the line itself"`
	Value  string `json:"value" doc:"Value that cannot be understood"`
	Reason string `json:"reason" doc:"Why"`
}

func (g dataFiles) view(f adtally.DataFile, name func(string) string) DataFile {
	m := f.Mapping
	out := DataFile{ID: f.ID, Name: f.Name, Kind: f.Kind, Table: f.Relation, Size: f.Size, Uploaded: f.Uploaded.UTC(), By: f.By, ByName: name(f.By), Rows: f.Guess.Rows,
		Columns: orEmpty(f.Guess.Columns), Reasons: orEmpty(f.Guess.Reasons), Problems: []FileProblem{}, Preview: []FileRow{}, Readings: []FileReading{},
		Mapping: FileMapping{mapOrEmpty(m.Columns), mapOrEmpty(m.Constants), m.Zone, m.NegativeRefunds, m.Through, m.Format.Encoding, m.Format.Delimiter, m.Format.Header, m.Format.Decimal, mapOrEmpty(m.Format.Dates)}}
	for _, p := range f.Guess.Problems {
		out.Problems = append(out.Problems, FileProblem(p))
	}
	for _, r := range f.Guess.Preview {
		out.Preview = append(out.Preview, FileRow(r))
	}
	for _, r := range g.Files.Understand(f) {
		out.Readings = append(out.Readings, FileReading{r.Line, mapOrEmpty(r.Values), r.Skipped, fileErrors(r.Problems)})
	}
	if err := g.Files.Check(f); err != nil {
		fault := adtally.FaultOf(err)
		out.Blocked = &FileProblem{Message: fault.Message, Hint: fault.Hint}
	}
	if !f.Result.At.IsZero() || f.Result.Problem != "" {
		out.Result = resultOf(f.Result)
	}
	return out
}

func resultOf(r adtally.FileResult) *FileResult {
	return &FileResult{r.At.UTC(), r.Rows, r.Refused, r.Summary, r.Twice, orEmpty(r.Keys), fileErrors(r.Errors), r.From, r.Through, r.Problem}
}

func fileErrors(all []adtally.LineError) []FileError {
	out := []FileError{}
	for _, e := range all {
		out = append(out, FileError(e))
	}
	return out
}

func mapOrEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
