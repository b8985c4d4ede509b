package advertiser

import (
	"fmt"
	"strconv"
	"time"
)

// image is a picture in the account's library.
type image struct {
	node
	hash      string
	creatives []int // indexes of the creatives that show it
}

// video is a video in the account's library.
type video struct{ node }

// imageOf and videoOf return the index of a creative's picture or video. Four creatives in a
// row share a picture, and two video creatives in a row share a video.
func imageOf(creative int) int { return creative / 4 }

func videoOf(creative int) int { return creative / int(2*forms) }

// picturesOf returns the indexes of a creative's pictures. A creative made from an asset feed
// also has the picture before its own.
func (s *synthetic) picturesOf(i int) []int {
	switch c := &s.creatives[i]; {
	case c.isCatalogue(), c.form == videoForm, c.form == postForm:
		return nil
	case c.form == feedForm && imageOf(i) > 0:
		return []int{imageOf(i) - 1, imageOf(i)}
	}
	return []int{imageOf(i)}
}

// buildMedia builds the pictures and videos. The creatives must exist already, because each
// picture or video is created an hour before the first creative that shows it.
func (s *synthetic) buildMedia() {
	last := len(s.creatives) - 1
	s.images, s.videos = make([]image, imageOf(last)+1), make([]video, videoOf(last)+1)
	for k := range s.images {
		seed := keyed(s.seed, uint64(5)<<40|uint64(k))
		hash := fmt.Sprintf("%016x%016x", seed, keyed(seed, 1))
		s.images[k] = image{node: node{id: s.digits + ":" + hash, seed: seed, name: fmt.Sprintf("banner_%d_%s.jpg", k+1, pick(seed>>9, "square", "wide", "قصة"))}, hash: hash}
	}
	for k := range s.videos {
		seed := keyed(s.seed, uint64(6)<<40|uint64(k))
		s.videos[k] = video{node{id: strconv.FormatUint(1_200_000_000_000_000+seed%90_000_000_000*10_000+uint64(s.index), 10), seed: seed, name: fmt.Sprintf("Spot %d — %s", k+1, pick(seed>>9, "15s", "30s", "夏"))}}
	}
	for i := range s.creatives {
		c := &s.creatives[i]
		first(&s.videos[videoOf(i)].node, c.created)
		first(&s.images[imageOf(i)].node, c.created)
		for _, k := range s.picturesOf(i) {
			first(&s.images[k].node, c.created)
			s.images[k].creatives = append(s.images[k].creatives, i)
		}
	}
}

// first moves the creation of n to an hour before shown, unless it is earlier already.
func first(n *node, shown time.Time) {
	if before := shown.Add(-time.Hour); n.created.IsZero() || before.Before(n.created) {
		n.created = before
	}
}

func (v *view) image(i int) (Object, bool) {
	p := &v.images[i]
	width, height := int64(1080), [...]int64{1080, 1350, 566}[below(p.seed>>17, 3)]
	return Object{ID: p.id, Fields: map[string]any{
		"id": p.id, "account_id": v.digits, "hash": p.hash, "name": p.name, "status": "ACTIVE",
		"url": v.signed(p.seed, "full", "scontent"), "url_128": v.signed(p.seed, "p128x128", "scontent"),
		"permalink_url": fmt.Sprintf("https://www.facebook.com/ads/image/?d=AQ%x", keyed(p.seed, 3)),
		"width":         width, "height": height, "original_width": width, "original_height": height,
		"created_time": v.print(p.created), "updated_time": v.print(p.created),
		"creatives": v.born(p.creatives), "is_associated_creatives_in_adgroups": len(p.creatives) > 0,
	}}, !p.created.After(v.now)
}

// born returns the IDs of the given creatives that exist now.
func (v *view) born(creatives []int) []any {
	ids := []any{}
	for _, i := range creatives {
		if !v.creatives[i].created.After(v.now) {
			ids = append(ids, v.creatives[i].id)
		}
	}
	return ids
}

// video returns the i-th video. Its times are in UTC, unlike those of other objects, as in
// recorded responses of Meta.
func (v *view) video(i int) (Object, bool) {
	p := &v.videos[i]
	at := p.created.UTC().Format(graphTime)
	return Object{ID: p.id, Fields: map[string]any{
		"id": p.id, "title": p.name, "description": pick(p.seed>>22, bodies()...), "length": 6 + float64(below(p.seed>>8, 54_000))/1000,
		"picture": v.signed(p.seed, "p160x160", "scontent"), "source": v.signed(p.seed, "mp4", "video"),
		"permalink_url": "/" + v.page + "/videos/" + p.id + "/", "status": map[string]any{"video_status": "ready"},
		"created_time": at, "updated_time": at, "published": false, "is_crosspost_video": false,
		"from": map[string]any{"id": v.page, "name": v.profile.name}, "views": int64(below(p.seed>>30, 90_000)),
	}}, !p.created.After(v.now)
}

// thumbnails is the number of stills of each video.
const thumbnails = 3

// thumbnail returns the i-th still. Graph has no field video_id; the simulator needs it to
// find the stills of a video.
func (v *view) thumbnail(i int) (Object, bool) {
	p := &v.videos[i/thumbnails]
	id := p.id + strconv.Itoa(i%thumbnails)
	return Object{ID: id, Fields: map[string]any{
		"id": id, "video_id": p.id, "width": int64(1080), "height": int64(1920), "scale": float64(1), "name": "",
		"is_preferred": i%thumbnails == 1, "uri": v.signed(p.seed+uint64(i), "still", "scontent"),
	}}, !p.created.After(v.now)
}
