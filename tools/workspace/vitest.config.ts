import { testProject } from '../testing/project.ts';

export default testProject('workspace');
