package facebookads

import (
	"slices"

	"adtally/internal/jsonread"
)

// signedLinks lists the members of an asset that hold signed links: they change on
// every read and expire (docs/meta-api.md#media).
var signedLinks = []string{"url", "thumbnail_url", "thumbnail_source", "source_image_url", "image_url", "picture"}

// asset decodes a breakdown value that is an object. The key is its ID, or its content
// if it has no ID; the object itself, without signed links, goes to a column beside
// it.
func (d *decoder) asset(r *jsonread.Reader, s *slot) error {
	if r.Kind() != '{' {
		value, err := r.Value()
		if err != nil || value.Kind() == 'n' {
			return err
		}
		d.keepAsset(s, value)
		return d.store(s, value)
	}
	names := map[string][]byte{}
	var rest []byte
	err := members(r, func(member string) error {
		value, err := r.Value()
		if err != nil || value.Kind() == 'n' || slices.Contains(signedLinks, member) {
			return err
		}
		if names[member], err = valueText(value); err != nil {
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
		d.addBadValue(d.stream.table, s.from, string(document), err)
	}
}

func first(names ...[]byte) []byte {
	return names[slices.IndexFunc(names, func(n []byte) bool { return len(n) > 0 })]
}
