package graphsim_test

import (
	"bytes"
	"image/png"
	"testing"
	"time"
)

// Every link to a picture returns the same picture until the link expires.
func TestCDN_LinksExpire(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	contents := map[string][]byte{} // by hash
	var first string
	for _, i := range s.all(s.act()+"/adimages", "fields", "hash,url", "limit", "500") {
		first = i["url"].(string)
		r := s.do("GET", first, "")
		if p, err := png.Decode(bytes.NewReader(r.body)); err != nil || p.Bounds().Dx() != 320 || r.header.Get("Content-Type") != "image/png" {
			t.Fatalf("%d %v", r.status, err)
		}
		contents[i["hash"].(string)] = r.body
	}
	shown := 0
	for _, c := range s.all(s.act()+"/adcreatives", "fields", "image_hash,image_url,thumbnail_url", "limit", "500") {
		hash, has := c["image_hash"].(string)
		if !has {
			continue
		}
		if shown++; !bytes.Equal(s.do("GET", c["image_url"].(string), "").body, contents[hash]) {
			t.Errorf("%v shows another picture than %s", c["id"], hash)
		}
		if small := s.do("GET", c["thumbnail_url"].(string), ""); bytes.Equal(small.body, contents[hash]) || small.status != 200 {
			t.Errorf("%d: the thumbnail of %v", small.status, c["id"])
		}
	}
	if shown <= len(contents)/2 || len(contents) < 9 {
		t.Errorf("%d pictures in %d creatives", len(contents), shown)
	}
	large := s.all(s.act()+"/adcreatives", "fields", "thumbnail_url", "thumbnail_width", "1080", "thumbnail_height", "1080", "limit", "1")[0]
	if p, err := png.Decode(bytes.NewReader(s.do("GET", large["thumbnail_url"].(string), "").body)); err != nil || p.Bounds().Dx() != 320 {
		t.Errorf("a thumbnail of the size that was asked for: %v", err)
	}
	video := s.all(s.act()+"/advideos", "fields", "source,picture")[0]
	if r := s.do("GET", video["source"].(string), ""); r.status != 200 || r.header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%d: %v", r.status, video)
	}
	s.Advance(96*time.Hour - time.Second)
	if r := s.do("GET", first, ""); r.status != 200 {
		t.Errorf("%d just before", r.status)
	}
	s.Advance(time.Second)
	if r := s.do("GET", first, ""); r.status != 403 {
		t.Errorf("%d after four days", r.status)
	}
}
