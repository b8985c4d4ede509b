package facebookads_test

import (
	"testing"

	"adtally"
	"adtally/internal/connector"
)

// The picture is found in every form of a creative that names one.
func TestDecode_PictureHash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ creative, want string }{
		"a link":        {`"object_story_spec":{"link_data":{"image_hash":"aa","child_attachments":[{"image_hash":"bb"}]}}`, "aa"},
		"a carousel":    {`"object_story_spec":{"link_data":{"child_attachments":[{"name":"n"},{"image_hash":"bb"},{"image_hash":"cc"}]}}`, "bb"},
		"a catalogue":   {`"object_story_spec":{"template_data":{"image_hash":"dd"}}`, "dd"},
		"a video":       {`"object_story_spec":{"video_data":{"video_id":"1","image_hash":"ee"}}`, "ee"},
		"an asset feed": {`"asset_feed_spec":{"images":[{"hash":"ff"},{"hash":"gg"}]}`, "ff"},
		"none":          {`"image_hash":"hh","object_story_spec":{"link_data":{"picture":"https://x.fbcdn.net/p"}}`, ""},
	} {
		got, has := decode(t, "ad_creatives", "EUR", `{"id":"1",`+c.creative+`}`)["ad_creatives"].Cell(0, "picture_hash")
		if got != c.want || has != (c.want != "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// If pictures are wanted, the tables that lead to them are read: the library before
// the creatives that name its pictures.
func TestOpen_PicturesAddTheirTables(t *testing.T) {
	t.Parallel()
	shown := func(s adtally.Source) (kinds string) {
		for _, st := range open(t, s).Streams() {
			if st.Pictures != nil {
				kinds += st.Pictures.Kind + " "
				checkColumns(t, st)
			}
		}
		return kinds
	}
	for want, s := range map[string]adtally.Source{
		"creative ":             {},
		"":                      {Tables: []string{"basic_ad"}},
		"image video creative ": {Pictures: true},
		"video ":                {Tables: []string{"ad_videos"}},
	} {
		if got := shown(s); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
	if got := shown(adtally.Source{Tables: []string{"basic_ad"}, Pictures: true}); got != "image video creative " {
		t.Errorf("beside one table: %q", got)
	}
}

func checkColumns(t *testing.T, s connector.Stream) {
	t.Helper()
	for _, p := range s.Pictures.By {
		if s.Tables[0].Index(p.Name) < 0 || p.Link != "" && s.Tables[0].Index(p.Link) < 0 {
			t.Errorf("%s has not the columns of %+v", s.Name, p)
		}
	}
}
