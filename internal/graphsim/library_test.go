package graphsim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// stocked is the size of an account with creatives of every shape.
const stocked = "ads=60,days=60,seed=11"

// all reads every page of an edge.
func (s *sim) all(path string, pairs ...string) (objects []map[string]any) {
	s.t.Helper()
	l := decode[list](s.t, s.get(path, pairs...))
	for {
		objects = append(objects, l.Data...)
		if l.Paging.Next == "" {
			return objects
		}
		l = decode[list](s.t, s.do("GET", l.Paging.Next, ""))
	}
}

// Creatives share pictures, and links expire.
func TestLibrary_Images(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	creatives := map[string]string{} // ID to hash
	for _, c := range s.all(s.act()+"/adcreatives", "fields", "image_hash") {
		creatives[fmt.Sprint(c["id"])], _ = c["image_hash"].(string)
	}
	images := s.all(s.act()+"/adimages", "fields", "id,hash,account_id,name,permalink_url,url,url_128,width,height,original_width,original_height,status,created_time,updated_time,creatives,is_associated_creatives_in_adgroups", "limit", "7")
	used := 0
	for _, i := range images {
		for name := range maps.Keys(i) {
			if i[name] == nil || i[name] == "" {
				t.Errorf("%s is %v", name, i[name])
			}
		}
		if i["id"] != strings.TrimPrefix(s.act(), "act_")+":"+i["hash"].(string) {
			t.Errorf("%v is not of %v", i["id"], i["hash"])
		}
		used = max(used, len(i["creatives"].([]any)))
	}
	if len(images) < 9 || used < 3 {
		t.Fatalf("%d images, one at most in %d creatives", len(images), used)
	}
	for id, hash := range creatives {
		owns := slices.ContainsFunc(images, func(i map[string]any) bool {
			return i["hash"] == hash && slices.Contains(i["creatives"].([]any), any(id))
		})
		if hash != "" && !owns {
			t.Errorf("no image says that %s is in creative %s", hash, id)
		}
	}
	hash := images[3]["hash"].(string)
	for _, asked := range []url.Values{{"hashes": {`["` + hash + `"]`}}, {"hashes[]": {hash}}} {
		got := decode[list](t, s.do("GET", "/v25.0/"+s.act()+"/adimages?"+asked.Encode(), ""))
		if len(got.Data) != 1 || got.Data[0]["id"] != images[3]["id"] {
			t.Errorf("%v: %v", asked, got.Data)
		}
	}
	one := decode[map[string]any](t, s.get(images[3]["id"].(string), "fields", "hash,url"))
	if again := decode[map[string]any](t, s.get(images[3]["id"].(string), "fields", "hash,url")); one["hash"] != hash || one["url"] == again["url"] {
		t.Errorf("%v, then %v", one, again)
	}
}

// The cursor has the recorded format [recorded: tophatter-2017 adimages].
func TestLibrary_ImageCursor(t *testing.T) {
	t.Parallel()
	const id, cursor = "10152335766987003:d8fc613662fb5ef6cf5fb9d1fe779315", "MTAxNTIzMzU3NjY5ODcwMDM6ZADhmYzYxMzY2MmZAiNWVmNmNmNWZAiOWQxZAmU3NzkzMTUZD"
	if got := graphsim.WriteImageCursor(id); got != cursor {
		t.Errorf("%s, want %s", got, cursor)
	}
	if got, ok := graphsim.ReadImageCursor(cursor); got != id || !ok {
		t.Errorf("%s, %v", got, ok)
	}
}

// A video's times are in UTC (docs/meta-api.md#objects).
func TestLibrary_Videos(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	videos := s.all(s.act()+"/advideos", "fields", "id,title,description,length,picture,source,permalink_url,status,created_time,updated_time,thumbnails{uri,width,height,is_preferred}")
	if len(videos) < 3 {
		t.Fatalf("%d videos", len(videos))
	}
	for _, v := range videos {
		at, err := time.Parse("2006-01-02T15:04:05+0000", v["created_time"].(string))
		stills, _ := v["thumbnails"].(map[string]any)
		if err != nil || at.After(noon) || v["length"].(float64) <= 0 || stills == nil || len(stills["data"].([]any)) != 3 {
			t.Errorf("%v", v)
		}
		if alone := decode[list](t, s.get(v["id"].(string)+"/thumbnails", "fields", "uri")); len(alone.Data) != 3 {
			t.Errorf("%v", alone.Data)
		}
	}
	for _, c := range s.all(s.act()+"/adcreatives", "fields", "video_id") {
		if id, is := c["video_id"]; is && !slices.ContainsFunc(videos, func(v map[string]any) bool { return v["id"] == id }) {
			t.Errorf("no video %v", id)
		}
	}
}

// A custom conversion in the actions has its name on the edge.
func TestLibrary_CustomConversions(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	names := map[string]any{}
	for _, c := range s.all(s.act()+"/customconversions", "fields", "id,name,custom_event_type,rule,pixel,is_archived,default_conversion_value,first_fired_time,last_fired_time,creation_time,description,retention_days") {
		if len(c) != 12 {
			t.Errorf("%v", c)
		}
		names["offsite_conversion.custom."+c["id"].(string)] = c["name"]
	}
	met := 0
	for _, r := range s.rows(s.act(), "date_preset", "last_30d", "fields", "actions") {
		for _, a := range r["actions"].([]any) {
			kind := a.(map[string]any)["action_type"].(string)
			if strings.HasPrefix(kind, "offsite_conversion.custom.") {
				if met++; names[kind] == nil {
					t.Errorf("%s has no name", kind)
				}
			}
		}
	}
	if met == 0 {
		t.Error("no custom conversion was counted")
	}
}

// An ad has an edge to its creative.
func TestLibrary_CreativesOfAdsAndAdSets(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	ads := s.all(s.act()+"/ads", "fields", "creative,adset_id")
	ad := ads[0]
	want := ad["creative"].(map[string]any)["id"]
	if got := s.all(ad["id"].(string) + "/adcreatives"); len(got) != 1 || got[0]["id"] != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := ids(list{Data: s.all(ad["adset_id"].(string) + "/adcreatives")}); !slices.Contains(got, want.(string)) {
		t.Errorf("%v is not below the ad set: %v", want, got)
	}
}

// destinations returns the fields of a creative with a destination link.
func destinations(c map[string]any) (places []string) {
	at := func(path ...string) any {
		var v any = c
		for _, key := range path {
			if l, isList := v.([]any); isList {
				v = l[0]
			}
			o, _ := v.(map[string]any)
			v = o[key]
		}
		return v
	}
	for _, path := range [][]string{
		{"object_story_spec", "link_data", "link"}, {"object_story_spec", "link_data", "child_attachments", "link"},
		{"object_story_spec", "link_data", "child_attachments", "call_to_action", "value", "link"},
		{"object_story_spec", "video_data", "call_to_action", "value", "link"}, {"object_story_spec", "template_data", "link"},
		{"template_url_spec", "web", "url"}, {"template_url"}, {"link_url"}, {"object_url"}, {"asset_feed_spec", "link_urls", "website_url"},
	} {
		if link, isText := at(path...).(string); isText && strings.HasPrefix(link, "https://") {
			places = append(places, strings.Join(path, "."))
		}
	}
	return places
}

// Every shape of creative, including those without a destination.
func TestLibrary_CreativeDestinations(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	seen, tags := map[string]int{}, map[any]int{}
	for _, c := range s.all(s.act()+"/adcreatives", "fields", "object_story_spec,asset_feed_spec,template_url,template_url_spec,link_url,object_url,url_tags,object_story_id,product_set_id") {
		places := destinations(c)
		for _, place := range places {
			seen[place]++
		}
		if len(places) == 0 {
			seen["none"]++
		}
		tags[c["url_tags"]]++
	}
	if len(seen) != 11 || len(tags) != 3 {
		t.Errorf("%v, with %d sorts of url_tags", seen, len(tags))
	}
}

// Nested links in a creative change too (docs/meta-api.md#media).
func TestLibrary_NestedLinksAreSigned(t *testing.T) {
	t.Parallel()
	s := small(t, stocked)
	read := func() map[string]string {
		links := map[string]string{}
		for _, c := range s.all(s.act()+"/adcreatives", "fields", "object_story_spec") {
			spec, _ := c["object_story_spec"].(map[string]any)
			if video, isVideo := spec["video_data"].(map[string]any); isVideo {
				links[c["id"].(string)] = video["image_url"].(string)
			}
		}
		return links
	}
	first, second := read(), read()
	for id, link := range first {
		if second[id] == link || link == "" {
			t.Errorf("%s has %s twice", id, link)
		}
	}
	if len(first) == 0 {
		t.Error("no video")
	}
}

// raw parses the JSON in extra_data.
func raw(t testing.TB, a map[string]any) (extra struct{ Old, New any }) {
	t.Helper()
	text, isText := a["extra_data"].(string)
	if !isText {
		return extra
	}
	var v struct {
		Old any `json:"old_value"`
		New any `json:"new_value"`
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	extra.Old, extra.New = v.Old, v.New
	return extra
}
