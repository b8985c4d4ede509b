package upload

import (
	"errors"
	"maps"
	"strings"
	"time"

	"adtally"
	"adtally/internal/csvfile"
)

// Understand returns the first rows as the mapping reads them. Fields whose column or format is not
// decided yet have no value.
func (s *Service) Understand(f adtally.DataFile) []adtally.FileReading { return Understand(f) }

// Understand returns the first rows as the mapping reads them.
func Understand(f adtally.DataFile) (all []adtally.FileReading) {
	r, whole := decided(f)
	for _, row := range f.Guess.Preview {
		all = append(all, r.preview(line{row.Line, row.Cells}, whole))
	}
	return all
}

// decided returns a reader of those fields that can be read. whole reports whether the file can be
// loaded.
func decided(f adtally.DataFile) (r *lineReader, whole bool) {
	if r, err := newLineReader(f); err == nil {
		return r, true
	}
	zone, err := time.LoadLocation(f.Mapping.Zone)
	if err != nil {
		zone = time.UTC
	}
	r = &lineReader{kind: f.Kind, columns: len(f.Guess.Columns), cells: map[string]cell{}, zone: zone}
	index := map[string]int{}
	for i, c := range f.Guess.Columns {
		index[c] = i
	}
	for _, d := range fields[f.Kind] {
		column, constant := f.Mapping.Columns[d.Name], f.Mapping.Constants[d.Name]
		at, there := index[column]
		switch {
		case checkField(f, d) != nil:
		case there:
			r.cells[d.Name] = cell{d, column, at, "", formatOf(f, column, zone)}
		case column == "" && constant != "":
			value, _ := parse(d.Type, constant, cellFormat{".", csvfile.DateFormats[0], zone}) // checkField has read it
			r.cells[d.Name] = cell{field: d, constant: value, index: -1}
		}
	}
	return r, false
}

// preview reads one row. Unlike a load, it goes on after a cell that cannot be understood.
func (r *lineReader) preview(l line, whole bool) adtally.FileReading {
	values := understood{}
	own, err := r.read(l, values)
	out := adtally.FileReading{Line: l.number, Values: maps.Clone(values), Problems: []adtally.LineError{}}
	maps.DeleteFunc(out.Values, func(_, v string) bool { return v == "" })
	if err == nil && !own {
		out.Skipped = true
		return out
	}
	for _, d := range fields[r.kind] {
		if c, mapped := r.cells[d.Name]; mapped {
			_, wrong := r.value(l, c)
			out.Problems = append(out.Problems, lineErrors(l, wrong)...)
		}
	}
	for _, c := range r.wide {
		rate, wrong := r.value(l, c)
		if out.Problems = append(out.Problems, lineErrors(l, wrong)...); rate != "" {
			out.Values[c.column] = rate
		}
	}
	if whole && len(out.Problems) == 0 {
		out.Problems = append(out.Problems, lineErrors(l, err)...)
	}
	return out
}

func lineErrors(l line, err error) []adtally.LineError {
	bad, is := errors.AsType[*badCell](err)
	if !is {
		return nil
	}
	value := strings.ToValidUTF8(bad.value[:min(len(bad.value), longestValue)], "")
	return []adtally.LineError{{Line: l.number, Column: bad.column, Value: value, Reason: bad.reason}}
}
