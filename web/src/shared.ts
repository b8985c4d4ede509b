// The page of a share link. It has nothing of the app: no login, no pages, no cache, and it keeps nothing.
import { mount } from 'svelte';
import Page from './shared/Page.svelte';
import './styles/shared.css';

const target = document.getElementById('app');
if (target) mount(Page, { target });
