package graphsim

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// narrowed returns the objects that match the edge's own parameters.
func (w *selection) narrowed(params url.Values, e edge, all []advertiser.Object) ([]advertiser.Object, *refusal) {
	switch e.kind {
	case advertiser.Image:
		return narrowedImages(params, all)
	case advertiser.Video:
		return matching(all, "title", params.Get("title")), nil
	case advertiser.Activity:
		return w.narrowedLog(params, all)
	}
	return all, nil
}

func narrowedImages(params url.Values, all []advertiser.Object) ([]advertiser.Object, *refusal) {
	all = matching(all, "name", params.Get("name"))
	hashes, err := textsOf(params.Get("hashes"))
	if err != nil {
		return nil, badRequest("param hashes must be an array.")
	}
	hashes = append(hashes, params["hashes[]"]...) // [recorded: tophatter-2017 adimages]
	if len(hashes) == 0 {
		return all, nil
	}
	return chosen(all, func(o advertiser.Object) bool {
		hash, _ := o.Fields["hash"].(string)
		return slices.Contains(hashes, hash)
	}), nil
}

func matching(all []advertiser.Object, field, part string) []advertiser.Object {
	if part == "" {
		return all
	}
	return chosen(all, func(o advertiser.Object) bool {
		text, _ := o.Fields[field].(string)
		return strings.Contains(strings.ToLower(text), strings.ToLower(part))
	})
}

func chosen(all []advertiser.Object, keep func(advertiser.Object) bool) (some []advertiser.Object) {
	for _, o := range all {
		if keep(o) {
			some = append(some, o)
		}
	}
	return some
}

// entryFields are the default fields of an activity.
var entryFields = []field{{name: "actor_id"}, {name: "actor_name"}, {name: "event_time"}, {name: "event_type"}, {name: "object_id"}, {name: "object_name"}, {name: "translated_event_type"}}

// week is the default period of the activity log (docs/meta-api.md#objects: about a week).
const week = 7 * 24 * time.Hour

// narrowedLog returns the activities from since to until, both included. oid and
// extra_oids select objects.
func (w *selection) narrowedLog(params url.Values, all []advertiser.Object) ([]advertiser.Object, *refusal) {
	if params.Get("category") != "" {
		return nil, unserved("the parameter category of activities")
	}
	until, refused := momentIn(params, "until", w.now, w.node.account.Location())
	if refused != nil {
		return nil, refused
	}
	since, refused := momentIn(params, "since", until.Add(-week), w.node.account.Location())
	if refused != nil {
		return nil, refused
	}
	ids, err := textsOf(params.Get("extra_oids"))
	if err != nil {
		return nil, badRequest("param extra_oids must be an array.")
	}
	if id := params.Get("oid"); id != "" {
		ids = append(ids, id)
	}
	return chosen(all, func(o advertiser.Object) bool {
		at := momentOf(o)
		id, _ := o.Fields["object_id"].(string)
		return !at.Before(since) && !at.After(until) && (len(ids) == 0 || slices.Contains(ids, id))
	}), nil
}

func momentOf(o advertiser.Object) time.Time {
	text, _ := o.Fields["event_time"].(string)
	t, err := time.Parse(graphTime, text)
	if err != nil {
		return time.Time{} // the zero time is before all others
	}
	return t
}

// momentIn parses a time: Unix seconds, a day in the account's zone, or a date-time.
func momentIn(params url.Values, name string, otherwise time.Time, zone *time.Location) (time.Time, *refusal) {
	text := params.Get(name)
	if text == "" {
		return otherwise, nil
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	for _, layout := range []string{time.DateOnly, graphTime, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badRequest("param %s must be a valid date/time string", name)
}

// cursorOf returns the format of an edge's cursors (docs/meta-api.md#paging).
func cursorOf(k advertiser.Kind) cursor {
	switch k {
	case advertiser.Creative:
		return plainCursor{}
	case advertiser.Image:
		return escapedCursor{}
	}
	return opaqueCursor{}
}

// escapedCursor is the base64 of an ID with letters. Z is the escape character: Z is
// written as ZA and = as ZD [recorded: tophatter-2017 adimages].
type escapedCursor struct{}

func (escapedCursor) of(id string) string {
	return strings.NewReplacer("Z", "ZA", "=", "ZD").Replace(base64.StdEncoding.EncodeToString([]byte(id)))
}

func (escapedCursor) id(c string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(strings.NewReplacer("ZA", "Z", "ZD", "=").Replace(c))
	return string(raw), err == nil
}
