// The theme: the system's, or the one that the reader chose.
type Choice = 'system' | 'light' | 'dark';

class Theme {
  choice = $state<Choice>((localStorage.getItem('theme') as Choice | null) ?? 'system');

  get dark(): boolean {
    return this.choice === 'dark' || (this.choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  toggle(): void {
    this.choice = this.dark ? 'light' : 'dark';
    localStorage.setItem('theme', this.choice);
    document.documentElement.dataset.theme = this.choice;
  }
}

export const theme = new Theme();
