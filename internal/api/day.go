package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// dayText is the schema of a day in the OpenAPI document.
type dayText struct{}

// Schema is for huma.
func (dayText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-06-01"}}
}

// daysAsText makes the document describe every day as text.
func daysAsText(r huma.Registry) huma.Registry {
	r.RegisterTypeAlias(reflect.TypeFor[adtally.Day](), reflect.TypeFor[dayText]())
	return r
}

// dayParam is a day in a query. Huma reads a parameter of an integer kind as a number,
// so the day is read as text first.
type dayParam struct {
	text string
	day  adtally.Day
}

// Schema is called by huma, which validates the text against it.
func (dayParam) Schema(r huma.Registry) *huma.Schema { return dayText{}.Schema(r) }

// Receiver tells huma where to store the text.
func (d *dayParam) Receiver() reflect.Value { return reflect.ValueOf(&d.text).Elem() }

// OnParamSet is called by huma. Text that is not a day fails validation.
func (d *dayParam) OnParamSet(given bool, _ any) {
	if given {
		d.day, _ = adtally.ParseDay(d.text)
	}
}

// dayChange is a day in an update; null clears it.
type dayChange struct {
	given bool
	day   adtally.Day
}

// Schema is called by huma.
func (dayChange) Schema(r huma.Registry) *huma.Schema {
	s := dayText{}.Schema(r)
	s.Nullable = true
	return s
}

// UnmarshalJSON is called for null as well.
func (d *dayChange) UnmarshalJSON(text []byte) error {
	d.given, d.day = true, 0
	return json.Unmarshal(text, &d.day)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (d dayChange) MarshalJSON() ([]byte, error) {
	if d.day == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(d.day)
}
