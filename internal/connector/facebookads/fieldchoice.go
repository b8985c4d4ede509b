package facebookads

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"adtally"
)

// chooseFields changes the fields that the named reports request: a list replaces the
// default fields; + and - add and remove some. A column that is not requested stays in
// its table and is NULL.
func chooseFields(all []*stream, chosen map[string][]string) error {
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		i := slices.IndexFunc(all, func(s *stream) bool { return s.name == name })
		if i < 0 || all[i].level == "" || all[i].custom {
			return noChoice(all, name)
		}
		if err := all[i].choose(chosen[name]); err != nil {
			f := *adtally.FaultOf(err)
			f.Message = fmt.Sprintf("Fields of %s: %s", name, f.Message)
			return &f
		}
	}
	return nil
}

// noChoice returns the reason why a table's fields cannot be chosen.
func noChoice(all []*stream, name string) error {
	var reports []string
	for _, s := range all {
		if s.level != "" && !s.custom {
			reports = append(reports, s.name)
		}
		switch {
		case s.name == name && s.custom:
			return reportFault("fields", name+" is a report of your own", "Change the fields of the report itself.")
		case s.name == name:
			return reportFault("fields", "the fields of "+name+" cannot be chosen: it holds objects as they are", "Choose fields of reports, such as basic_ad.")
		case slices.Contains(tableNames([]*stream{s}), name):
			return reportFault("fields", "the fields of "+name+" cannot be chosen: it is filled from the answers for "+s.name, "Choose the fields of "+s.name+", or leave "+name+" out of the tables.")
		}
	}
	return &adtally.Fault{Act: adtally.Configure, Code: "unknown_table", Message: fmt.Sprintf("There is no table %q", name),
		Hint: strings.TrimSpace(adtally.DidYouMean(name, reports) + " To list all tables, run: adtally tables")}
}

// choose applies one choice of fields.
func (s *stream) choose(asked []string) error {
	usual := s.chosen()
	asked, signed := slices.Clone(asked), 0
	for i, name := range asked {
		asked[i] = strings.TrimSpace(name)
		if strings.HasPrefix(asked[i], "+") || strings.HasPrefix(asked[i], "-") {
			signed++
		}
	}
	switch signed {
	case 0:
		if err := s.only(asked); err != nil {
			return err
		}
	case len(asked):
		if err := s.moreAndFewer(asked); err != nil {
			return err
		}
	default:
		return reportFault("fields", "a list of fields cannot be combined with + and -", "Write spend,impressions to read only these, or +frequency,-clicks to change the defaults.")
	}
	now := s.chosen()
	if len(now) == 0 {
		return reportFault("fields", "it requests no figures", "Name a field, such as spend.")
	}
	s.otherwise = !slices.Equal(slices.Sorted(slices.Values(now)), slices.Sorted(slices.Values(usual)))
	s.table.Restated = slices.DeleteFunc(slices.Clone(s.table.Restated), func(n string) bool { return !slices.Contains(now, n) })
	return nil
}

// only requests exactly these figures.
func (s *stream) only(names []string) error {
	for _, name := range names {
		if err := s.more(name); err != nil {
			return err
		}
	}
	for i, f := range s.fields {
		if s.optionalField(f) && !slices.ContainsFunc(names, func(n string) bool { return bareField(n) == f.graph() }) {
			s.fields[i] = f.mine()
		}
	}
	return nil
}

func (s *stream) moreAndFewer(changes []string) error {
	for _, change := range changes {
		name := change[1:]
		if change[0] == '+' {
			if err := s.more(name); err != nil {
				return err
			}
			continue
		}
		i := s.fieldIndex(name)
		switch {
		case i < 0:
			return s.unknownField(name, s.chosen())
		case !s.optionalField(s.fields[i]):
			return reportFault("fields", name+" identifies a row and is always read", "Keep it in the list.")
		}
		s.fields[i] = s.fields[i].mine()
	}
	return nil
}

// more requests a field and adds a column if the table has none for it. Naming a field
// that is always read is allowed.
func (s *stream) more(asked string) error {
	name := bareField(asked)
	if s.fieldIndex(name) >= 0 || slices.Contains(implied, name) {
		return nil
	}
	if fieldKinds[name] == "actions" {
		return reportFault("fields", name+" are rows of a table of their own", "Name "+s.name+"_actions among the tables.")
	}
	f, ok, err := reportField(asked)
	if known := s.knownFields(); err == nil && !slices.Contains(known, name) && fieldKinds[name] != "" || codeOf(err) == "unknown_field" {
		return s.unknownField(name, known)
	}
	if err == nil && ok {
		err = checkField(name, s.breakdowns)
	}
	if err != nil || !ok {
		return err
	}
	last := len(s.fields) - 1 // raw stays last
	s.fields = slices.Insert(s.fields, last, f)
	s.table.Columns = columns(s.fields)
	return nil
}

// implied lists Meta's names of fields that every row has under another name.
var implied = []string{"account_currency", "date_stop"}

// fieldIndex finds a field by Meta's name or by its column.
func (s *stream) fieldIndex(name string) int {
	return slices.IndexFunc(s.fields, func(f field) bool { return f.graph() == name || f.column.Name == name })
}

func codeOf(err error) string {
	if f := adtally.FaultOf(err); f != nil {
		return f.Code
	}
	return ""
}

func (s *stream) unknownField(name string, known []string) error {
	hint := adtally.DidYouMean(name, known)
	if fieldKinds[name] == "" {
		hint += " If Meta does serve it, add its type: +" + name + ":decimal."
	}
	l, err := levelOf(s.level)
	if err != nil {
		return err
	}
	return reportFault("unknown_field", fmt.Sprintf("there is no field %q at the level %s", name, l.name),
		strings.TrimSpace(hint+" adtally tables "+s.name+" lists the default fields."))
}

// knownFields lists the fields that Meta serves at the report's level: results exist
// for ad sets, and rankings for ads.
func (s *stream) knownFields() (names []string) {
	for _, name := range servedFields() {
		isOf := func(list []field) bool {
			return slices.ContainsFunc(list, func(f field) bool { return f.graph() == name })
		}
		switch {
		case fieldKinds[name] == "own", fieldKinds[name] == "actions":
		case s.level == "account" && isOf(results), s.level != "ad" && isOf(rankings):
		default:
			names = append(names, name)
		}
	}
	return names
}

// optionalField reports whether a field may be left out: it is not part of the row's
// key, and Meta sends it.
func (s *stream) optionalField(f field) bool {
	return !f.own && fieldKinds[f.graph()] != "own" && !slices.Contains(ourColumns, f.column.Name)
}

// chosen lists the figures that are requested.
func (s *stream) chosen() (names []string) {
	for _, f := range s.fields {
		if s.optionalField(f) {
			names = append(names, f.graph())
		}
	}
	return names
}

func bareField(asked string) string {
	name, _, _ := strings.Cut(asked, ":")
	return name
}

// addUp sets which columns of each report must add up to the account's totals: those
// that both request.
func addUp(kept []*stream) {
	i := slices.IndexFunc(kept, func(s *stream) bool { return s.name == totalTable })
	for _, s := range kept {
		for _, name := range totalColumns {
			if s.totals && i >= 0 && slices.Contains(s.chosen(), name) && slices.Contains(kept[i].chosen(), name) {
				s.summed = append(s.summed, name)
			}
		}
	}
}

// checkRead rejects a choice of fields for a report that is not read.
func checkRead(kept []*stream, chosen map[string][]string) error {
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		if !slices.ContainsFunc(kept, func(s *stream) bool { return s.name == name }) {
			return reportFault("fields", name+" is not read although its fields are chosen", "Add it to the tables, or remove its fields.")
		}
	}
	return nil
}
