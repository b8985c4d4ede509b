package advertiser

import (
	"fmt"
	"strconv"
)

// ownCells returns the cells of a breakdown by asset, and a function that returns the
// indexes of an ad's cells. Both are nil for other breakdowns. An ad without such an asset
// has no row (docs/meta-api.md#insights).
func (s *synthetic) ownCells(key string) ([]cell, func(*ad) []int) {
	switch key {
	case "image_asset":
		return s.imageCells(), func(a *ad) []int { return s.picturesOf(a.creative) }
	case "video_asset":
		return s.videoCells(), func(a *ad) []int { return s.only(a, videoForm, videoOf(a.creative)) }
	case "title_asset":
		return s.textCells(key, "text", titles()), func(a *ad) []int { return s.textsOf(a, 12, len(titles())) }
	case "body_asset":
		return s.textCells(key, "text", bodies()), func(a *ad) []int { return s.textsOf(a, 22, len(bodies())) }
	case "description_asset":
		return s.textCells(key, "text", bodies()[:1]), func(*ad) []int { return []int{0} }
	case "link_url_asset":
		return s.textCells(key, "website_url", landings()), s.landingsOf
	case "call_to_action_asset":
		return s.textCells(key, "name", []string{"SHOP_NOW", "LEARN_MORE"}), func(a *ad) []int { return []int{a.creative & 1} }
	case "product_id":
		return s.productCells(), s.productsOf
	}
	return nil, nil
}

func asset(key, id string, rest map[string]any) cell {
	rest["id"] = id
	return cell{text: map[string]string{key: id}, asset: rest}
}

func (s *synthetic) imageCells() (cells []cell) {
	for k := range s.images {
		p := &s.images[k]
		cells = append(cells, asset("image_asset", s.assetID("image_asset", k), map[string]any{
			"hash": p.hash, "name": p.name, "url": fmt.Sprintf("https://www.facebook.com/ads/image/?d=AQ%x", keyed(p.seed, 4)),
		}))
	}
	return cells
}

func (s *synthetic) videoCells() (cells []cell) {
	for k := range s.videos {
		p := &s.videos[k]
		cells = append(cells, asset("video_asset", s.assetID("video_asset", k), map[string]any{
			"video_id": p.id, "video_name": p.name, "url": "https://www.facebook.com/" + p.id + "/", "thumbnail_url": fmt.Sprintf("https://scontent.fbcdn.example/v/%s_n.jpg?stp=p160x160", p.id),
		}))
	}
	return cells
}

func (s *synthetic) textCells(key, field string, texts []string) (cells []cell) {
	for k, text := range texts {
		cells = append(cells, asset(key, s.assetID(key, k), map[string]any{field: text}))
	}
	return cells
}

func (s *synthetic) assetID(key string, k int) string {
	n := uint64(len(key))*1_000_000 + uint64(k)
	return strconv.FormatUint(860_000_000_000_000+n*10_000+uint64(s.index), 10)
}

func (s *synthetic) only(a *ad, f form, k int) []int {
	if formOf(a.creative) == f {
		return []int{k}
	}
	return nil
}

// textsOf returns the index of the creative's text, or two indexes if the creative is made
// from an asset feed.
func (s *synthetic) textsOf(a *ad, shift uint, n int) []int {
	if formOf(a.creative) == feedForm {
		return []int{0, 1}
	}
	return []int{below(s.creatives[a.creative].seed>>shift, n)}
}

// landings returns the pages that ads lead to.
func landings() []string { return []string{shop, shop + "p/1", shop + "p/2", shop + "p/3"} }

func (s *synthetic) landingsOf(a *ad) []int {
	switch formOf(a.creative) {
	case carouselForm:
		return []int{1, 2, 3}
	case postForm:
		return nil
	}
	return []int{0}
}

// productCells returns one cell for each product. Meta prints the product's ID and name as one
// text.
func (s *synthetic) productCells() (cells []cell) {
	for k, name := range []string{"Blue shirt", "Teapot, large", "Läufer 80×200", "花瓶"} {
		cells = append(cells, cell{text: map[string]string{"product_id": fmt.Sprintf("%d, %s", 4_100_000_000_000+k, name)}})
	}
	return cells
}

// productsOf returns all products for an ad with a catalogue or a carousel, and none for others.
func (s *synthetic) productsOf(a *ad) []int {
	if s.creatives[a.creative].isCatalogue() || formOf(a.creative) == carouselForm {
		return []int{0, 1, 2, 3}
	}
	return nil
}

// divideOwn divides the ad's figures equally among the ad's own cells.
func (w *walk) divideOwn(a *ad) []figures {
	clear(w.ofAd)
	cells := w.own(a)
	h := keyed(keyed(a.seed, uint64(w.moment.day)), 4)
	var before figures
	for i, c := range cells {
		so := w.whole.upTo(int64(i+1)*65536/int64(len(cells)), h)
		w.ofAd[c] = so.less(&before)
		w.ofAd[c].trim(false)
		before = so
	}
	return w.ofAd
}
