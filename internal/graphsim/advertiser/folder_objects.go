package advertiser

import (
	"fmt"
	"slices"
	"time"
)

func (f *folder) readObjects() error {
	for kind, file := range map[Kind]string{
		Campaign: campaignsFile, AdSet: adSetsFile, Ad: adsFile, CustomConversion: conversionsFile,
	} {
		if err := f.readKind(kind, f.files[file]); err != nil {
			return err
		}
	}
	for _, ad := range f.objects[Ad] {
		f.parents[ad.ID] = parents{campaign: textOf(ad, "campaign_id"), adSet: textOf(ad, "adset_id")}
	}
	for _, set := range f.objects[AdSet] {
		f.campaigns[set.ID] = textOf(set, "campaign_id")
	}
	f.creatives()
	return nil
}

func textOf(o dated, field string) string {
	s, _ := o.Fields[field].(string)
	return s
}

// readKind reads the objects of a kind and sorts them newest first, as in Graph's edges.
// Objects without a created_time come last, in the file's order.
func (f *folder) readKind(kind Kind, t *table) error {
	f.names[kind] = map[string]string{}
	if err := t.needs("id"); err != nil {
		return err
	}
	lines := map[string]int{}
	err := t.each(func(l line) error {
		o, err := f.object(kind, l)
		if err != nil {
			return err
		}
		if first, twice := lines[o.ID]; twice {
			return l.wrong("id", fmt.Sprintf("each id once; it is on line %d too", first))
		}
		lines[o.ID] = l.number
		f.objects[kind] = append(f.objects[kind], o)
		f.names[kind][o.ID] = textOf(o, "name")
		return nil
	})
	newestFirst(f.objects[kind])
	return err
}

func newestFirst(objects []dated) {
	slices.SortStableFunc(objects, func(a, b dated) int { return b.created.Compare(a.created) })
}

func (f *folder) object(kind Kind, l line) (dated, error) {
	id, err := l.id("id")
	if err != nil {
		return dated{}, err
	}
	if err := f.ours(l); err != nil {
		return dated{}, err
	}
	fields := map[string]any{}
	for _, column := range l.columns {
		if err := l.field(fields, column); err != nil {
			return dated{}, err
		}
	}
	fields["account_id"] = f.digits
	if kind != CustomConversion {
		bothStatuses(fields)
	}
	created, err := l.created()
	return dated{Object{ID: id, Fields: fields}, created}, err
}

// bothStatuses copies status to configured_status or back, if only one of them is set.
// Graph prints the same value in both, but an export may hold only one.
func bothStatuses(fields map[string]any) {
	for one, other := range map[string]string{"status": "configured_status", "configured_status": "status"} {
		if value, stands := fields[one]; stands && fields[other] == nil {
			fields[other] = value
		}
	}
}

func (l line) created() (time.Time, error) {
	if l.text("created_time") == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{graphTime, time.RFC3339} {
		if t, err := time.Parse(layout, l.text("created_time")); err == nil {
			return t, nil
		}
	}
	return time.Time{}, l.wrong("created_time", "a time such as 2026-05-12T14:23:11+0200")
}

// creatives adds the creatives that the ads use. A folder has no file of creatives, so a
// creative has only an ID; it exists since its first ad.
func (f *folder) creatives() {
	since := map[string]dated{}
	var order []string
	for _, ad := range f.objects[Ad] {
		inner, _ := ad.Fields["creative"].(map[string]any)
		id, _ := inner["id"].(string)
		if id == "" {
			continue
		}
		known, again := since[id]
		if !again {
			order = append(order, id)
			fields := map[string]any{"id": id, "account_id": f.digits}
			known = dated{Object{ID: id, Fields: fields}, ad.created}
		}
		if ad.created.Before(known.created) {
			known.created = ad.created
		}
		since[id] = known
	}
	for _, id := range order {
		f.objects[Creative] = append(f.objects[Creative], since[id])
	}
	newestFirst(f.objects[Creative])
}
