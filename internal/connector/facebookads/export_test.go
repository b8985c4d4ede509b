package facebookads

import (
	"net/http"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/fetch"
	"adtally/internal/jsonread"
	"adtally/internal/table"
)

// DecodePage decodes a page, or a single object if page is false, as the named stream
// does; rows may span more than a day.
func DecodePage(name string, a adtally.Account, body []byte, page bool) ([]table.Batch, error) {
	d := decoderFor(name, a)
	if !page {
		err := d.row(jsonread.New(body))
		return d.batches(), err
	}
	_, err := decodePage(body, d.row)
	return d.batches(), err
}

// Decoding returns a function that decodes one page of a stream, for benchmarks.
func Decoding(a adtally.Account, tables ...string) func(body []byte) (int, error) {
	streams, err := choose(allStreams(), adtally.Source{Tables: tables})
	if err != nil {
		panic(err)
	}
	d := newDecoder(streams[0], a)
	return func(body []byte) (rows int, err error) {
		_, err = decodePage(body, d.row)
		for _, b := range d.batches() {
			rows += b.Rows()
			b.Release()
		}
		return rows, err
	}
}

func decoderFor(name string, a adtally.Account) *decoder {
	d := newDecoder(builtStream(name), a)
	d.daily = false
	return d
}

var built sync.Map // streams by name: a fuzz target decodes thousands of pages

func builtStream(name string) *stream {
	if s, ok := built.Load(name); ok {
		return s.(*stream)
	}
	streams := allStreams()
	s := streams[slices.IndexFunc(streams, func(s *stream) bool { return s.name == name })].build()
	built.Store(name, s)
	return s
}

// Slots returns the column of each of Graph's members, for tests that compare values.
func Slots(name string) (columns map[string]string, nested, minor map[string]bool) {
	columns, nested, minor = map[string]string{}, map[string]bool{}, map[string]bool{}
	for from, s := range decoderFor(name, adtally.Account{Currency: "USD"}).stream.slots {
		columns[from] = s.name
		nested[from] = s.how == asNested
		minor[from] = s.how == asMinor
	}
	return columns, nested, minor
}

// Judge classifies an answer.
func Judge(status int, header http.Header, body []byte) error {
	return judge(fetch.Answer{Status: status, Header: header, Body: body})
}

// Internal errors.
var (
	ErrTooMuch  = errTooMuch
	ErrGone     = errGone
	ErrNotReady = errNotReady
)

// DecodeEmptyPage decodes a page and ignores its rows.
func DecodeEmptyPage(body []byte) error {
	_, err := decodePage(body, skipValue)
	return err
}

// Combinations returns the allowed combinations: row breakdowns and action breakdowns.
func Combinations() (list [][2][]string) {
	for _, c := range combinations {
		var pair [2][]string
		for _, n := range c.names {
			if isOnlyActionBreakdown(n) {
				pair[1] = append(pair[1], n)
			} else {
				pair[0] = append(pair[0], n)
			}
		}
		list = append(list, pair)
		if c.joinable {
			list = append(list, [2][]string{pair[0], append(slices.Clone(pair[1]), joinables...)})
		}
	}
	return list
}

// FieldKinds maps the fields of a report to the way their values are stored.
func FieldKinds() map[string]string { return fieldKinds }

// FieldFits reports whether Meta serves a field with breakdowns.
func FieldFits(name string, breakdowns []string) bool {
	if fieldKinds[name] == "actions" && slices.ContainsFunc(breakdowns, isPlainOnly) {
		return false
	}
	return fieldKinds[name] != "dead" && checkField(name, breakdowns) == nil
}

// DecodeReport decodes a page of a user-defined report.
func DecodeReport(r adtally.Report, a adtally.Account, body []byte) ([]table.Batch, error) {
	streams, err := customReports([]adtally.Report{r})
	if err != nil {
		return nil, err
	}
	d := newDecoder(streams[0].build(), a)
	_, err = decodePage(body, d.row)
	return d.batches(), err
}

// IsJSON reports whether a text is valid JSON.
func IsJSON(text string) bool { return jsontext.Value(text).IsValid() }
