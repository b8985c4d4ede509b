package facebookads

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// signedLinks are the members of an asset that are signed links: they change with
// every read and expire (META_API.md §2.3).
var signedLinks = []string{"url", "thumbnail_url", "thumbnail_source", "source_image_url", "image_url", "picture"}

// asset reads a breakdown's value that is an object. Its id names it, its
// content where it has none; the object is kept beside, without signed links.
func (d *decoder) asset(dec *jsontext.Decoder, s *slot) error {
	if dec.PeekKind() != '{' {
		value, err := dec.ReadValue()
		if err != nil || value.Kind() == 'n' {
			return err
		}
		d.keepAsset(s, value)
		return d.store(s, value)
	}
	names := map[string][]byte{}
	var rest []byte
	err := members(dec, func(member string) error {
		value, err := dec.ReadValue()
		if err != nil || value.Kind() == 'n' || slices.Contains(signedLinks, member) {
			return err
		}
		if names[member], err = wordOf(value); err != nil {
			return err
		}
		rest, err = appendMember(rest, []byte(member), value)
		return err
	})
	if err != nil || len(rest) == 0 {
		return err
	}
	rest = append(rest, '}')
	d.keepAsset(s, rest)
	d.put(s, first(names["id"], names["hash"], rest))
	return nil
}

func (d *decoder) keepAsset(s *slot, document []byte) {
	if err := d.rows.Set(s.beside, document); err != nil {
		d.misfit(d.stream.table, s.from, string(document), err)
	}
}

func first(names ...[]byte) []byte {
	return names[slices.IndexFunc(names, func(n []byte) bool { return len(n) > 0 })]
}
