package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// dayText is how the OpenAPI document writes a day, wherever one stands.
type dayText struct{}

// Schema is for huma.
func (dayText) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-06-01"}}
}

// daysAsText has the document write all days so.
func daysAsText(r huma.Registry) huma.Registry {
	r.RegisterTypeAlias(reflect.TypeFor[adtally.Day](), reflect.TypeFor[dayText]())
	return r
}

// dayParam is a day in an address. Huma reads a parameter of a number's kind as a
// number, so it is read as text first.
type dayParam struct {
	text string
	day  adtally.Day
}

// Schema is for huma, which checks the text against it.
func (dayParam) Schema(r huma.Registry) *huma.Schema { return dayText{}.Schema(r) }

// Receiver is for huma: where it puts the text.
func (d *dayParam) Receiver() reflect.Value { return reflect.ValueOf(&d.text).Elem() }

// OnParamSet is for huma. What is no day is refused by the schema.
func (d *dayParam) OnParamSet(given bool, _ any) {
	if given {
		d.day, _ = adtally.ParseDay(d.text)
	}
}

// dayChange is a day that may be changed, or taken back by null.
type dayChange struct {
	given bool
	day   adtally.Day
}

// Schema is for huma.
func (dayChange) Schema(r huma.Registry) *huma.Schema {
	s := dayText{}.Schema(r)
	s.Nullable = true
	return s
}

// UnmarshalJSON is called for null too.
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
