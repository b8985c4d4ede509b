package advertiser

import "strconv"

func (f *folder) insightsRow(l line, level Level, columns []string) (loaded, error) {
	r := loaded{Row: Row{Verbatim: true, Attribution: l.text("attribution_setting")}}
	for _, step := range []func(*loaded, line) error{f.whenAndWhose, f.idsOf(level), numbersOf} {
		if err := step(&r, l); err != nil {
			return r, err
		}
	}
	f.name(&r.Row, l)
	r.cells = make([]string, len(columns))
	for i, c := range columns {
		r.cells[i] = l.text(c)
	}
	return r, nil
}

func (f *folder) whenAndWhose(r *loaded, l line) (err error) {
	if r.Day, err = l.day("date_start"); err != nil {
		return err
	}
	if stop := l.text("date_stop"); stop != "" && stop != l.text("date_start") {
		return l.wrong("date_stop", l.text("date_start")+", the day of date_start")
	}
	return f.ours(l)
}

// idsOf returns a step that fills in the IDs of the row's object and of its parents.
func (f *folder) idsOf(level Level) func(*loaded, line) error {
	return func(r *loaded, l line) (err error) {
		switch level {
		case LevelCampaign:
			r.CampaignID, err = l.id("campaign_id")
		case LevelAdSet:
			if r.AdSetID, err = l.id("adset_id"); err == nil {
				r.CampaignID, err = l.idOr("campaign_id", f.campaigns[r.AdSetID], adSetsFile+" does not have the ad set")
			}
		case LevelAd:
			if r.AdID, err = l.id("ad_id"); err == nil {
				err = f.above(&r.Row, l)
			}
		}
		return err
	}
}

// above fills in the campaign and ad set of an ad. It takes them from the line, or else
// from an earlier line, or else from ads.csv.
func (f *folder) above(r *Row, l line) (err error) {
	known := f.parents[r.AdID]
	if known.campaign, err = l.idOr("campaign_id", known.campaign, noAd); err != nil {
		return err
	}
	if known.adSet, err = l.idOr("adset_id", known.adSet, noAd); err != nil {
		return err
	}
	r.CampaignID, r.AdSetID = known.campaign, known.adSet
	f.parents[r.AdID] = known
	return nil
}

// noAd is the reason, in an error, why a line must have the IDs of the ad's parents.
const noAd = adsFile + " does not have the ad"

// idOr returns the ID in a cell, or known if the cell is empty. If both are empty, the
// error gives otherwise as the reason.
func (l line) idOr(column, known, otherwise string) (string, error) {
	switch {
	case l.text(column) != "":
		return l.id(column)
	case known == "":
		return "", l.wrong(column, "the id, since "+otherwise)
	}
	return known, nil
}

// name fills in the names: from the column, or from the object if the file has no such
// column.
func (f *folder) name(r *Row, l line) {
	for _, n := range []struct {
		column, id string
		kind       Kind
		to         *string
	}{
		{"campaign_name", r.CampaignID, Campaign, &r.CampaignName},
		{"adset_name", r.AdSetID, AdSet, &r.AdSetName},
		{"ad_name", r.AdID, Ad, &r.AdName},
	} {
		*n.to = l.text(n.column)
		if !l.has(n.column) {
			*n.to = f.names[n.kind][n.id]
		}
	}
}

// numbersOf reads the metrics. If Meta would print a number differently, its text is kept
// in odd, so that the row is served unchanged.
func numbersOf(r *loaded, l line) error {
	for m, column := range metricColumns() {
		cell := l.text(column)
		if cell == "" {
			continue
		}
		n, printed, err := l.metric(Metric(m), column)
		if err != nil {
			return err
		}
		r.Values[m] = n
		r.Has |= 1 << m
		if printed != cell {
			if r.odd == nil {
				r.odd = map[string]string{}
			}
			r.odd[column] = cell
		}
	}
	return nil
}

func (l line) metric(m Metric, column string) (n int64, printed string, err error) {
	if m != Spend {
		n, err = l.whole(column)
		return n, strconv.FormatInt(n, 10), err
	}
	n, ok := millionths(l.text(column))
	if !ok {
		return 0, "", l.wrong(column, "an amount of money such as 5.95")
	}
	return n, printMillionths(n), nil
}
