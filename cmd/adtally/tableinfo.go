package main

import (
	"fmt"
	"slices"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// Tables lists the tables that a source can read, including its custom reports.
func (l *platforms) Tables(s adtally.Source) ([]adtally.TableInfo, error) {
	c, err := l.with(s.Connector, "", adtally.App{})
	if err != nil {
		return nil, err
	}
	picked, err := tablesRead(c, s)
	if err != nil {
		return nil, err
	}
	usual := s
	usual.Tables = nil
	defaults, err := tablesRead(c, usual)
	if err != nil {
		return nil, err
	}
	whole := s
	whole.Tables = slices.Clone(tables[s.Connector]())
	for _, r := range s.Reports {
		whole.Tables = append(whole.Tables, r.Name)
	}
	reader, err := c.Open(whole, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	lookBack := s.LookBack
	if lookBack == 0 {
		lookBack = c.Spec().LookBack
	}
	var all []adtally.TableInfo
	for _, st := range reader.Streams() {
		for _, t := range st.Tables {
			info := infoOf(st, t, lookBack)
			info.Usual, info.Picked = defaults[t.Name], picked[t.Name]
			all = append(all, info)
		}
	}
	return all, nil
}

// tablesRead returns the names of the tables that a source reads.
func tablesRead(c connector.Connector, s adtally.Source) (map[string]bool, error) {
	reader, err := c.Open(s, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	read := map[string]bool{}
	for _, st := range reader.Streams() {
		for _, t := range st.Tables {
			read[t.Name] = true
		}
	}
	return read, nil
}

func infoOf(st connector.Stream, t *table.Schema, lookBack int) adtally.TableInfo {
	info := adtally.TableInfo{Name: t.Name, Description: t.Description, Key: t.Key, Daily: st.Daily, Stream: st.Name, Group: st.Group,
		Report: st.Group == adtally.ReportTables, HowRead: howRead(st, lookBack)}
	for _, c := range t.Columns {
		info.Columns = append(info.Columns, adtally.ColumnInfo{Name: c.Name, Type: c.Type.String(), Unit: string(c.Unit), Description: c.Description,
			Key: slices.Contains(t.Key, c.Name), Additive: string(c.Additivity)})
	}
	return info
}

// howRead says which rows of a stream a sync reads.
func howRead(st connector.Stream, lookBack int) string {
	if st.Again > 0 {
		lookBack = st.Again
	}
	switch {
	case !st.Daily:
		return "All at every sync; what changed is written"
	case lookBack == 1:
		return "Today and the day before at every sync"
	}
	return fmt.Sprintf("Today and the last %d days again at every sync", lookBack)
}
